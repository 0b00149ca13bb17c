import { expect, test } from 'vitest';
import { casesSchema, controlSchema } from './schema.ts';

type Node = {
  properties?: Record<string, Node>;
  required?: string[];
  items?: Node;
  additionalProperties?: Node | boolean;
  enum?: string[];
  description?: string;
};

test('editors know every section, its words and what it is for', () => {
  const schema = controlSchema() as Node;
  expect(schema.required).toEqual(['control', 'about', 'owner', 'steps']);
  expect(schema.additionalProperties).toBe(false);
  const rule = schema.properties?.rules?.items;
  expect(rule?.properties?.then?.enum).toEqual(['continue', 'approval', 'handoff', 'forbid']);
  expect(rule?.required).toEqual(['id', 'then']);
  for (const property of Object.values({ ...schema.properties, ...rule?.properties }))
    expect(property.description).toMatch(/\S/);
  expect((casesSchema() as Node).items?.required).toEqual(['case', 'expect']);
});
