/**
 * A first control for a server: each tool a step, its risk and effect suggested from its name and from what the server
 * says about it. The server's word alone never makes a tool harmless: when its name says otherwise, the stricter counts.
 */
import { clipped, type JsonObject, printable } from '@belay/protocol';
import { isObject } from './json-rpc.ts';
import { stepName } from './steps.ts';

export type Suggestion = {
  tool: string;
  step: string;
  risk: 'low' | 'high';
  effect: 'none' | 'reversible' | 'irreversible';
  because: string;
  about: string;
};

const words = (text: string): Set<string> => new Set(text.split(' '));

const reading = words(
  'get list read search find fetch describe show view status diff log count check lookup inspect summarize stat info help ping echo tree open preview',
);
const final = words(
  'delete remove drop destroy purge wipe truncate kill reset clear clean revoke send pay transfer refund charge buy order publish post deploy release merge push email mail message notify execute exec eval shell sql overwrite rebase write move replace approve sign submit cancel close grant',
);
const changing = words(
  'create add insert update edit set save rename tag label comment upload init commit checkout branch stash mkdir make copy import append assign configure',
);

const partsOf = (tool: string): string[] => stepName(tool).split('-');

type Judged = Pick<Suggestion, 'risk' | 'effect' | 'because'>;

const risky = (because: string): Judged => ({ risk: 'high', effect: 'irreversible', because });

const judge = (tool: string, annotations: JsonObject): Judged => {
  const parts = partsOf(tool);
  const says = (set: Set<string>): string | undefined => parts.find((part) => set.has(part));
  const { readOnlyHint, destructiveHint } = annotations;
  const verb = says(final);
  if (readOnlyHint === true && verb === undefined)
    return { risk: 'low', effect: 'none', because: 'the server says that it only reads' };
  if (readOnlyHint === true && verb !== undefined && says(reading) !== undefined)
    return { risk: 'low', effect: 'none', because: 'the server says that it only reads' };
  if (verb !== undefined)
    return risky(
      readOnlyHint === true ? `its name says "${verb}", whatever the server says` : `its name says "${verb}"`,
    );
  if (destructiveHint === true) return risky('the server says that it destroys');
  const change = says(changing);
  if (destructiveHint === false && change !== undefined)
    return { risk: 'low', effect: 'reversible', because: `the server says that it destroys nothing ("${change}")` };
  if (change !== undefined) return { risk: 'high', effect: 'reversible', because: `its name says "${change}"` };
  const look = says(reading);
  if (look !== undefined && readOnlyHint === undefined && parts[0] === look)
    return { risk: 'low', effect: 'none', because: `its name says "${look}"` };
  return risky('nothing says that it is harmless');
};

const firstSentence = (text: unknown): string =>
  typeof text === 'string' ? clipped((printable(text).split(/(?<=\.)\s|\n/)[0] ?? '').trim(), 100) : '';

/** Two tools of one step name would be one step: the later one gets a number, and has to be mapped. */
export const suggest = (tools: JsonObject[]): Suggestion[] => {
  const taken = new Set<string>();
  return tools.flatMap(({ name, annotations, description }) => {
    if (typeof name !== 'string') return [];
    let step = stepName(name);
    for (let n = 2; taken.has(step); n++) step = `${stepName(name)}-${n}`;
    taken.add(step);
    const judged = judge(name, isObject(annotations) ? annotations : {});
    return [{ tool: name, step, ...judged, about: firstSentence(description) }];
  });
};

export type ControlText = { name: string; owner: string; server: string; suggestions: Suggestion[] };

const stepLines = ({ tool, step, risk, effect, because, about }: Suggestion): string[] => [
  `  # ${printable(tool)}${about === '' ? '' : `: ${about}`}`,
  `  ${step}: { risk: ${risk}, effect: ${effect}${effect === 'none' ? ', idempotent: true' : ''} } # ${because}`,
];

const ruleLines = (high: Suggestion[]): string[] =>
  high.length === 0
    ? []
    : [
        'rules:',
        '  # Until you know better, somebody signs each of these off. Replace it by rules that say when the agent may go on.',
        '  - id: sign-off-first',
        `    at: [${high.map(({ step }) => step).join(', ')}]`,
        '    then: approval',
        '    by: owner-sign-off',
        '    because: "{step} changes something that matters; the owner signs it off."',
        '',
        'approvals:',
      ];

export const controlText = ({ name, owner, server, suggestions }: ControlText): string => {
  const high = suggestions.filter(({ risk }) => risk === 'high');
  return [
    `# Suggested from the tools of ${printable(server)}. Read it, change it, then check and publish it.`,
    `control: ${name}`,
    `about: What an agent may do with the tools of ${printable(server)}.`,
    `owner: ${owner}`,
    'subject: { client: string }',
    '',
    'steps:',
    ...suggestions.flatMap(stepLines),
    '',
    ...ruleLines(high),
    ...(high.length === 0
      ? []
      : [
          `  owner-sign-off: { from: ${owner}, within: 8h, on-expiry: handoff to owner }`,
          '',
          'ladders:',
          '  owner:',
          `    - { tell: ${owner}, repeat: 1h }`,
          '',
        ]),
    'stuck: { idle: 15m, same-step: 5, attempts: 3, steps: 500 }',
    '',
  ].join('\n');
};
