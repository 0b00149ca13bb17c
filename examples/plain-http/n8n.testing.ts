/**
 * As much of n8n as the workflow beside this uses: expressions, Set, Switch and HTTP Request nodes, one item at a time.
 * It shows that the requests are right and lead where they should; it does not show n8n itself.
 */
type Json = Record<string, unknown>;
type Rule = { conditions: { conditions: { leftValue: string; rightValue: string }[] } };
export type Node = {
  name: string;
  type: string;
  parameters: {
    method?: string;
    url?: string;
    jsonBody?: string;
    jsonOutput?: string;
    errorMessage?: string;
    rules?: { values: Rule[] };
  };
};
export type Workflow = {
  nodes: Node[];
  connections: Record<string, { main: { node: string }[][] }>;
};

/** `={{ … }}` as n8n reads it: a single expression keeps its type, others are put into the text. */
const evaluated = (template: string, $json: Json, done: Map<string, Json>): unknown => {
  if (!template.startsWith('=')) return template;
  const $ = (name: string) => ({ item: { json: done.get(name) } });
  const value = (code: string): unknown =>
    new Function('$json', '$', '$execution', `return (${code});`)($json, $, { id: 'execution-1' });
  const [, only] = /^=\{\{((?:(?!\}\}).)*)\}\}$/s.exec(template) ?? [];
  if (only !== undefined) return value(only);
  return template.slice(1).replace(/\{\{(.*?)\}\}/gs, (_, code: string) => String(value(code)));
};

const request = async ({ parameters }: Node, evaluate: (template: string) => unknown, key: string): Promise<Json> => {
  const { method = 'GET', url = '', jsonBody } = parameters;
  const response = await fetch(String(evaluate(url)), {
    method,
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    ...(jsonBody === undefined ? {} : { body: String(evaluate(jsonBody)) }),
  });
  const answer = (await response.json()) as Json;
  // An HTTP Request node fails on any other status, and with it the workflow.
  if (!response.ok) throw new Error(`${response.status} ${answer.detail}`);
  return answer;
};

const taken = (node: Node, evaluate: (template: string) => unknown): number => {
  const rules = node.parameters.rules?.values ?? [];
  const matching = rules.findIndex(({ conditions }) =>
    conditions.conditions.every(({ leftValue, rightValue }) => evaluate(leftValue) === rightValue),
  );
  return matching === -1 ? rules.length : matching;
};

const mostSteps = 200;

export const runWorkflow = async (
  { nodes, connections }: Workflow,
  input: Json,
  key: string,
  effect: (made: Json) => void,
): Promise<{ error: string | null }> => {
  const done = new Map<string, Json>();
  let node = nodes.find(({ type }) => type.endsWith('Trigger'));
  let json = input;
  try {
    for (let step = 0; node !== undefined && step < mostSteps; step++) {
      const evaluate = (template: string): unknown => evaluated(template, json, done);
      let output = 0;
      if (node.type.endsWith('.httpRequest')) json = await request(node, evaluate, key);
      else if (node.type.endsWith('.set')) json = JSON.parse(String(evaluate(node.parameters.jsonOutput ?? '{}')));
      else if (node.type.endsWith('.switch')) output = taken(node, evaluate);
      else if (node.type.endsWith('.stopAndError'))
        throw new Error(String(evaluate(node.parameters.errorMessage ?? '')));
      if (node.name.startsWith('Carry it out')) effect(json);
      done.set(node.name, json);
      const next = connections[node.name]?.main[output]?.[0]?.node;
      node = nodes.find(({ name }) => name === next);
    }
    return { error: null };
  } catch (error) {
    return { error: (error as Error).message };
  }
};
