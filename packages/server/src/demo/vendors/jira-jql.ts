/** The part of JQL that a search for issues needs: clauses joined by AND, an order. Everything else is refused aloud. */
export type Searchable = {
  id: string;
  key: string;
  project: string;
  labels: string[];
  status: string;
  statusCategory: string;
  assignee: string | null;
  summary: string;
  issuetype: string;
  created: number;
  updated: number;
};

/** What Jira answers to JQL that it does not understand. */
export class JqlProblem extends Error {}

const clause = /^([\w.[\]"]+)\s*(>=|<=|!=|!~|=|~|>|<|\bnot in\b|\bin\b|\bis not\b|\bis\b)\s*(.+)$/i;
const units: Record<string, number> = { m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 };

const unquoted = (text: string): string => text.trim().replace(/^(["'])(.*)\1$/s, '$2');
const listed = (text: string): string[] =>
  /^\(.*\)$/s.test(text.trim()) ? text.trim().slice(1, -1).split(',').map(unquoted) : [unquoted(text)];

/** "-5m", or a day and a minute in the time zone of the account, which is UTC here. */
const instant = (text: string, now: number): number => {
  const said = unquoted(text);
  const [, sign, count, unit] = /^([-+]?)(\d+)([mhdw])$/.exec(said) ?? [];
  if (count !== undefined) return now + (sign === '-' ? -1 : 1) * Number(count) * (units[unit ?? 'm'] ?? 0);
  const [, day, minute = '00:00'] = /^(\d{4}[-/]\d{2}[-/]\d{2})(?: (\d{2}:\d{2}))?$/.exec(said) ?? [];
  const at = Date.parse(`${(day ?? '').replaceAll('/', '-')}T${minute}:00Z`);
  if (Number.isNaN(at))
    throw new JqlProblem(
      `Date value '${said}' for field 'updated' is invalid. Valid formats include: 'yyyy/MM/dd HH:mm', 'yyyy-MM-dd HH:mm', 'yyyy/MM/dd', 'yyyy-MM-dd', or a period format e.g. '-5d', '4w 2d'.`,
    );
  return at;
};

const compare = (left: number, operator: string, right: number): boolean =>
  operator === '>='
    ? left >= right
    : operator === '<='
      ? left <= right
      : operator === '>'
        ? left > right
        : operator === '<'
          ? left < right
          : left === right;

const valuesOf = (field: string, issue: Searchable): string[] => {
  switch (field) {
    case 'project':
      return [issue.project];
    case 'key':
    case 'issuekey':
    case 'id':
      return [issue.key, issue.id];
    case 'labels':
      return issue.labels;
    case 'status':
      return [issue.status];
    case 'statuscategory':
      return [issue.statusCategory];
    case 'assignee':
      return issue.assignee === null ? [] : [issue.assignee];
    case 'issuetype':
    case 'type':
      return [issue.issuetype];
    case 'summary':
    case 'text':
      return [issue.summary];
    default:
      throw new JqlProblem(`Field '${field}' does not exist or you do not have permission to view it.`);
  }
};

const holds = (issue: Searchable, [field, operator, operand]: [string, string, string], now: number): boolean => {
  if (field === 'updated' || field === 'created')
    return compare(Math.floor(issue[field] / 60_000) * 60_000, operator, instant(operand, now));
  const values = valuesOf(field, issue).map((value) => value.toLowerCase());
  const asked = listed(operand).map((value) => value.toLowerCase());
  const empty = asked.length === 1 && (asked[0] === 'empty' || asked[0] === 'null');
  switch (operator) {
    case '=':
    case 'in':
    case 'is':
      return empty ? values.length === 0 : asked.some((one) => values.includes(one));
    case '!=':
    case 'not in':
    case 'is not':
      return empty ? values.length > 0 : !asked.some((one) => values.includes(one));
    case '~':
      return values.some((value) => asked.every((one) => value.includes(one.replaceAll('"', ''))));
    default:
      throw new JqlProblem(`The operator '${operator}' is not supported by the '${field}' field.`);
  }
};

/** Splits at a word outside quotes. */
const splitAt = (word: RegExp, text: string): string[] => {
  const parts: string[] = [];
  let rest = text;
  let kept = '';
  for (;;) {
    const found = word.exec(rest);
    if (found === null) return [...parts, kept + rest];
    const before = kept + rest.slice(0, found.index);
    rest = rest.slice(found.index + found[0].length);
    if ((before.match(/"/g) ?? []).length % 2 === 0) {
      parts.push(before);
      kept = '';
    } else kept = before + found[0];
  }
};

/** Finds what a query asks for, in its order; without one the youngest first. */
export const searchIssues = <T extends Searchable>(issues: T[], jql: string, now: number): T[] => {
  const [where = '', order = ''] = splitAt(/\border by\b/i, jql);
  if (where.trim() === '')
    throw new JqlProblem('Unbounded JQL queries are not allowed here. Please add a search restriction to your query.');
  const clauses = splitAt(/\band\b/i, where).map((text): [string, string, string] => {
    const [, field, operator, operand] = clause.exec(text.trim()) ?? [];
    if (field === undefined || /\bor\b/i.test(text.replace(/"[^"]*"/g, '')))
      throw new JqlProblem(`Error in the JQL Query: Expecting operator but got '${text.trim()}'.`);
    return [unquoted(field).toLowerCase(), (operator ?? '').toLowerCase(), operand ?? ''];
  });
  const found = issues.filter((issue) => clauses.every((one) => holds(issue, one, now)));
  const [by = 'created', direction = by === 'created' ? 'desc' : 'asc'] = order.trim().toLowerCase().split(/\s+/);
  const sign = direction === 'desc' ? -1 : 1;
  const rank = (issue: T): number => (by === 'updated' ? issue.updated : issue.created);
  return found.toSorted((a, b) => sign * (rank(a) - rank(b)) || sign * (Number(a.id) - Number(b.id)));
};
