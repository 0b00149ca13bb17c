/** TypeScript of controls: what an agent's developer adds to the project, so that steps and arguments are checked. */
import type { Control, TypeSpec } from '@belay/control';

type Field = TypeSpec & { optional: boolean };

const words: Record<TypeSpec['type'], string> = {
  int: 'number',
  decimal: 'string',
  money: 'string',
  bool: 'boolean',
  enum: 'string',
  string: 'string',
  set: 'string[]',
  duration: 'string',
  date: 'string',
  timestamp: 'string',
  attachment: '{ name: string; mediaType: string; bytes: number; digest: string }',
};

const quoted = (text: string): string => `'${text.replace(/[\\']/g, '\\$&')}'`;
const named = (name: string): string => (/^[A-Za-z_$][\w$]*$/.test(name) ? name : quoted(name));

const typeOf = (spec: TypeSpec): string =>
  spec.type === 'enum' && !spec.open ? spec.values.map(quoted).join(' | ') : words[spec.type];

type Fields = { [name: string]: Field | { fields: Fields } };

const member = (name: string, field: Fields[string]): string =>
  'fields' in field
    ? `${named(name)}?: ${shape(field.fields)}`
    : `${named(name)}${field.optional ? '?' : ''}: ${typeOf(field)}`;

const shape = (fields: Fields): string => {
  const members = Object.entries(fields).map(([name, field]) => member(name, field));
  return members.length === 0 ? '{}' : `{ ${members.join('; ')} }`;
};

/** Facts the agent may claim, where it sends them. Each may be left out: a rule that misses one hands off. */
const claimed = (control: Control): Fields => {
  const top: Fields = {};
  for (const fact of control.facts.filter(({ from }) => from === 'agent')) {
    const path = fact.at.slice(1).split('/');
    const name = path.pop() ?? fact.name;
    let fields = top;
    for (const part of path) {
      const inner = fields[part];
      const group = inner !== undefined && 'fields' in inner ? inner : { fields: {} };
      fields[part] = group;
      fields = group.fields;
    }
    fields[name] = { ...fact, optional: true };
  }
  return top;
};

const stepLine = (step: Control['steps'][number], facts: string): string => {
  const anything = Object.keys(step.arguments).length === 0;
  return `          ${named(step.name)}: { arguments: ${anything ? 'Record<string, unknown>' : shape(step.arguments)}; facts: ${facts} };`;
};

const controlLines = (control: Control): string[] => {
  const facts = shape(claimed(control));
  return [
    `      ${named(control.name)}: {`,
    `        subject: ${shape(control.subject)};`,
    '        steps: {',
    ...control.steps.map((step) => stepLine(step, facts)),
    '        };',
    '      };',
  ];
};

export const controlTypes = (controls: Control[]): string =>
  [
    '// Written by `belay types`. Write it again when a control changes.',
    "import '@belay/sdk';",
    '',
    "declare module '@belay/sdk' {",
    '  interface Register {',
    '    controls: {',
    ...controls.flatMap(controlLines),
    '    };',
    '  }',
    '}',
    '',
  ].join('\n');
