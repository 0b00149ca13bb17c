/**
 * The tree's hashes as tiles of 256 (C2SP tlog-tiles): a tile holds one level of the tree, eight levels below the next
 * kind of tile; the seven levels between are computed. Tiles never change but for growing on the right edge.
 */
import { append, emptyRange, type Hash, type HashAt, type Node } from '@belay/protocol/evidence';
import type { Pool, PoolClient } from 'pg';

const tileHeight = 8;
const tileWidth = 2 ** tileHeight;
export const hashLength = 32;

type Place = { level: number; index: number };

const key = ({ level, index }: Place): string => `${level}/${index}`;

const tileOf = ({ level, index }: Place): Place => {
  const tileLevel = Math.floor(level / tileHeight);
  return { level: tileLevel, index: Math.floor((index * 2 ** (level - tileLevel * tileHeight)) / tileWidth) };
};

export const splitHashes = (bytes: Uint8Array): Hash[] =>
  Array.from({ length: bytes.length / hashLength }, (_, at) => bytes.subarray(at * hashLength, (at + 1) * hashLength));

/** Adds nodes, given in the order in which they became complete, to the tiles that keep their level. */
export const storeNodes = async (client: PoolClient, nodes: Node[]): Promise<void> => {
  const tiles = new Map<string, Place & { hashes: Hash[] }>();
  for (const node of nodes.filter(({ level }) => level % tileHeight === 0)) {
    const place = tileOf(node);
    const tile = tiles.get(key(place)) ?? { ...place, hashes: [] };
    tile.hashes.push(node.hash);
    tiles.set(key(place), tile);
  }
  const all = [...tiles.values()];
  await client.query(
    `INSERT INTO log_tiles AS t (level, index, hashes)
     SELECT * FROM unnest($1::smallint[], $2::bigint[], $3::bytea[])
     ON CONFLICT (level, index) DO UPDATE SET hashes = t.hashes || excluded.hashes`,
    [all.map(({ level }) => level), all.map(({ index }) => index), all.map(({ hashes }) => Buffer.concat(hashes))],
  );
};

/** Nodes that `prove` asks for: proofs are computed twice, once to learn what they need. */
const wantedBy = (prove: (hashAt: HashAt) => void): Place[] => {
  const wanted: Place[] = [];
  const nothing = new Uint8Array(hashLength);
  prove((level, index) => {
    wanted.push({ level, index });
    return nothing;
  });
  return wanted;
};

/** Reads what `prove` needs, and proves. */
export const withNodes = async <T>(pool: Pool, prove: (hashAt: HashAt) => T): Promise<T> => {
  const tiles = [...new Map(wantedBy(prove).map((place) => [key(tileOf(place)), tileOf(place)])).values()];
  const { rows } = await pool.query<Place & { hashes: Buffer }>(
    `SELECT level, index, hashes FROM log_tiles
     WHERE (level, index) IN (SELECT * FROM unnest($1::smallint[], $2::bigint[]))`,
    [tiles.map(({ level }) => level), tiles.map(({ index }) => index)],
  );
  const known = new Map<string, Hash>();
  for (const tile of rows) {
    for (const { level, index, hash } of append(emptyRange, splitHashes(tile.hashes)).nodes) {
      const place = { level: tile.level * tileHeight + level, index: tile.index * 2 ** (tileHeight - level) + index };
      known.set(key(place), hash);
    }
  }
  return prove((level, index) => {
    const hash = known.get(key({ level, index }));
    if (hash === undefined)
      throw new Error(`The evidence log has lost node ${index} of level ${level}: restore log_tiles.`);
    return hash;
  });
};
