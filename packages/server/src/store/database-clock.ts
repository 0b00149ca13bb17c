/** What time the database thinks it is: a second opinion for a node whose own clock may be wrong. */
import type { Pool } from 'pg';

export const databaseNow = async (pool: Pool): Promise<number> => {
  const { rows } = await pool.query<{ now: number }>('SELECT clock_timestamp() AS now');
  return rows[0]?.now ?? Number.NaN;
};
