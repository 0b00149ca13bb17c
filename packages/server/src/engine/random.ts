/** Random bytes for ids and salts, fetched in bulk: asking the system for each costs more than what it is for. */
import { randomFillSync } from 'node:crypto';

const pool = Buffer.alloc(8_192);
let used = pool.length;

/** Up to a whole pool; no byte is given out twice. */
export const takeRandom = (count: number): Buffer => {
  if (used + count > pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  used += count;
  return Buffer.from(pool.subarray(used - count, used));
};
