/**
 * ServiceNow's encoded queries, with its trap: a condition on a field that is not there is silently left out, and the
 * rows of the rest come back.
 */
type Row = Record<string, string>;

const operators = [
  'STARTSWITH',
  'ENDSWITH',
  'NOT IN',
  'ISNOTEMPTY',
  'ISEMPTY',
  'LIKE',
  'IN',
  '>=',
  '<=',
  '!=',
  '=',
  '>',
  '<',
];

/** javascript:gs.dateGenerate('2026-11-22','09:00:00') is the only script that is understood. */
const operandOf = (text: string): string => {
  const [, day, time] = /^javascript:gs\.dateGenerate\('([\d-]+)',\s*'([\d:]+)'\)$/.exec(text) ?? [];
  return day === undefined ? text : `${day} ${time}`;
};

const split = (condition: string): [string, string, string] | null => {
  const field = /^[a-z_][a-z0-9_.]*/.exec(condition)?.[0] ?? '';
  const rest = condition.slice(field.length);
  const operator = operators.find((one) => rest.startsWith(one));
  return field === '' || operator === undefined ? null : [field, operator, operandOf(rest.slice(operator.length))];
};

const compare = (value: string, operator: string, operand: string): boolean => {
  switch (operator) {
    case '=':
      return value === operand;
    case '!=':
      return value !== operand;
    case '>=':
      return value >= operand;
    case '<=':
      return value <= operand;
    case '>':
      return value > operand;
    case '<':
      return value < operand;
    case 'LIKE':
      return value.toLowerCase().includes(operand.toLowerCase());
    case 'STARTSWITH':
      return value.toLowerCase().startsWith(operand.toLowerCase());
    case 'ENDSWITH':
      return value.toLowerCase().endsWith(operand.toLowerCase());
    case 'IN':
      return operand.split(',').includes(value);
    case 'NOT IN':
      return !operand.split(',').includes(value);
    case 'ISEMPTY':
      return value === '';
    default:
      return value !== '';
  }
};

/** Rows that match, in the order asked for. `ignored`: conditions that ServiceNow would leave out without a word. */
export const queryTable = <T extends Row>(
  rows: T[],
  fields: readonly string[],
  query: string,
): { rows: T[]; ignored: string[] } => {
  const ignored: string[] = [];
  const parts = query.split('^').filter((part) => part !== '' && part !== 'EQ');
  const orders = parts.filter((part) => part.startsWith('ORDERBY'));
  // "a^ORb^c": each group of alternatives has to hold.
  const groups: string[][] = [];
  for (const part of parts.filter((one) => !one.startsWith('ORDERBY'))) {
    if (part.startsWith('OR')) groups.at(-1)?.push(part.slice(2));
    else groups.push([part]);
  }
  const known = groups.map((group) =>
    group.flatMap((condition) => {
      const found = split(condition);
      if (found !== null && fields.includes(found[0])) return [found];
      ignored.push(condition);
      return [];
    }),
  );
  const matching = rows.filter((row) =>
    known.every(
      (group) => group.length === 0 || group.some(([name, how, what]) => compare(row[name] ?? '', how, what)),
    ),
  );
  const ordered = orders.reduceRight((sofar, order) => {
    const down = order.startsWith('ORDERBYDESC');
    const name = order.replace(/^ORDERBY(DESC)?/, '');
    return sofar.toSorted((a, b) => (down ? -1 : 1) * (a[name] ?? '').localeCompare(b[name] ?? ''));
  }, matching);
  return { rows: ordered, ignored };
};
