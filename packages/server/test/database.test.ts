import { expect, test } from 'vitest';
import { testDatabase } from './database.ts';

test('each test database is migrated and shares nothing with the others', async () => {
  await using one = await testDatabase();
  await using other = await testDatabase();
  await one.pool.query('CREATE TABLE only_here (id int)');
  const seen = await other.pool.query(`SELECT to_regclass('only_here') AS found, to_regclass('migration') AS migrated`);
  expect(seen.rows).toEqual([{ found: null, migrated: 'migration' }]);
});
