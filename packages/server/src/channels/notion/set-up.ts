/** Makes the properties that rows need; Status has to be there, because Notion makes no status through its API. */
import type { Client } from '@notionhq/client';
import { neededProperties } from './render.ts';

type Properties = NonNullable<Parameters<Client['dataSources']['update']>[0]['properties']>;

/** Adds what is missing to the data source; what is there stays as it is. Answers the names of what it added. */
export const makeProperties = async (client: Client, dataSource: string): Promise<string[]> => {
  const source = await client.dataSources.retrieve({ data_source_id: dataSource });
  const there = Object.keys('properties' in source ? source.properties : {});
  const missing = Object.entries(neededProperties).filter(([name]) => !there.includes(name));
  if (missing.length === 0) return [];
  await client.dataSources.update({
    data_source_id: dataSource,
    properties: Object.fromEntries(missing) as Properties,
  });
  return missing.map(([name]) => name);
};
