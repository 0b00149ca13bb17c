/** Tokens to a syntax tree: a Pratt parser with CEL's precedences. Depth and length are bounded. */
import { type Token, tokenize } from './lexer.ts';
import { type BinaryOp, type Expression, ExpressionError, type Span } from './syntax.ts';

const limits = { characters: 20_000, tokens: 4_000, depth: 60 };

const precedence: Record<string, number> = {
  '||': 1,
  '&&': 2,
  '==': 3,
  '!=': 3,
  '<': 3,
  '<=': 3,
  '>': 3,
  '>=': 3,
  in: 3,
  '+': 4,
  '-': 4,
  '*': 5,
  '/': 5,
  '%': 5,
};

/** Words of CEL and of other languages that people try first, with what to write here. */
const foreignWords = new Map([
  ['and', 'Write "&&".'],
  ['or', 'Write "||".'],
  ['not', 'Write "!".'],
  ['AND', 'Write "&&".'],
  ['OR', 'Write "||".'],
  ['NOT', 'Write "!".'],
  ['null', 'Ask `has(fact)` whether an optional fact is there.'],
  ['is', 'Compare with "==".'],
]);

type Cursor = { tokens: Token[]; index: number; depth: number };

const peek = (cursor: Cursor): Token => cursor.tokens[cursor.index] as Token;
const isOperator = (token: Token, text: string): boolean => token.kind === 'operator' && token.text === text;

const fail = (span: Span, message: string, remedy: string): never => {
  throw new ExpressionError('syntax', span, message, remedy);
};

const shown = (token: Token): string => (token.kind === 'end' ? 'the end' : `"${token.text}"`);

const take = (cursor: Cursor): Token => {
  const token = peek(cursor);
  if (token.kind !== 'end') cursor.index++;
  return token;
};

const accept = (cursor: Cursor, text: string): boolean => {
  if (!isOperator(peek(cursor), text)) return false;
  cursor.index++;
  return true;
};

const expectOperator = (cursor: Cursor, text: string): Token => {
  const token = take(cursor);
  if (!isOperator(token, text)) fail(token, `Expected "${text}", found ${shown(token)}.`, `Put "${text}" here.`);
  return token;
};

const parseItems = (cursor: Cursor, close: string): { items: Expression[]; to: number } => {
  const items: Expression[] = [];
  while (!isOperator(peek(cursor), close)) {
    items.push(parseChoice(cursor));
    if (!accept(cursor, ',')) break;
  }
  return { items, to: expectOperator(cursor, close).to };
};

/** `listed(own-accounts)`: the name of a list may hold hyphens. */
const parseListName = (cursor: Cursor): Expression => {
  const first = take(cursor);
  if (first.kind !== 'name') return fail(first, `Expected the name of a list, found ${shown(first)}.`, 'Name a list.');
  let name = first.text;
  let to = first.to;
  while (isOperator(peek(cursor), '-') && peek(cursor).from === to) {
    cursor.index++;
    const part = take(cursor);
    if (part.kind !== 'name' && part.kind !== 'number') fail(part, 'The name of the list ends in "-".', 'Complete it.');
    name += `-${part.text}`;
    to = part.to;
  }
  return { kind: 'name', name, from: first.from, to };
};

const parseName = (cursor: Cursor, token: Token): Expression => {
  const foreign = foreignWords.get(token.text);
  if (foreign !== undefined) fail(token, `"${token.text}" is not in the language.`, foreign);
  if (token.text === 'true' || token.text === 'false') {
    const literal = { type: 'bool', value: token.text === 'true' } as const;
    return { kind: 'literal', literal, from: token.from, to: token.to };
  }
  if (!accept(cursor, '(')) return { kind: 'name', name: token.text, from: token.from, to: token.to };
  if (token.text === 'listed') {
    const name = parseListName(cursor);
    const to = expectOperator(cursor, ')').to;
    return { kind: 'call', name: 'listed', target: null, args: [name], from: token.from, to };
  }
  const { items, to } = parseItems(cursor, ')');
  return { kind: 'call', name: token.text, target: null, args: items, from: token.from, to };
};

const parsePrimary = (cursor: Cursor): Expression => {
  const token = take(cursor);
  const span = { from: token.from, to: token.to };
  if (token.kind === 'number') return { kind: 'literal', literal: { type: 'number', text: token.text }, ...span };
  if (token.kind === 'string') return { kind: 'literal', literal: { type: 'string', value: token.text }, ...span };
  if (token.kind === 'money') {
    const literal = { type: 'money', currency: token.currency as string, amount: token.text } as const;
    return { kind: 'literal', literal, ...span };
  }
  if (token.kind === 'name') return parseName(cursor, token);
  if (isOperator(token, '(')) {
    const inner = parseChoice(cursor);
    const to = expectOperator(cursor, ')').to;
    return { ...inner, from: token.from, to };
  }
  if (isOperator(token, '[')) {
    const { items, to } = parseItems(cursor, ']');
    return { kind: 'list', items, from: token.from, to };
  }
  return fail(token, `Expected a fact or a value, found ${shown(token)}.`, 'Write a fact, such as amount, or a value.');
};

const parsePostfix = (cursor: Cursor): Expression => {
  let expression = parsePrimary(cursor);
  for (;;) {
    const token = peek(cursor);
    if (isOperator(token, '[')) {
      fail(
        token,
        'Lists are not indexed in this language.',
        'Use `"x" in facts`, `facts.exists(f, …)` or `size(facts)`.',
      );
    }
    if (!accept(cursor, '.')) return expression;
    const member = take(cursor);
    if (member.kind !== 'name') return fail(member, `Expected a name after ".", found ${shown(member)}.`, 'Name it.');
    if (accept(cursor, '(')) {
      const { items, to } = parseItems(cursor, ')');
      expression = { kind: 'call', name: member.text, target: expression, args: items, from: expression.from, to };
    } else if (expression.kind === 'name') {
      expression = { kind: 'name', name: `${expression.name}.${member.text}`, from: expression.from, to: member.to };
    } else fail(member, 'Only facts have parts.', 'Write the name of a fact, such as beneficiary.ageDays.');
  }
};

const parseUnary = (cursor: Cursor): Expression => {
  const token = peek(cursor);
  if (!isOperator(token, '!') && !isOperator(token, '-')) return parsePostfix(cursor);
  cursor.index++;
  deeper(cursor, token);
  const of = parseUnary(cursor);
  cursor.depth--;
  return { kind: 'unary', op: token.text as '!' | '-', of, from: token.from, to: of.to };
};

const deeper = (cursor: Cursor, span: Span): void => {
  if (++cursor.depth > limits.depth) {
    fail(span, 'This expression is nested too deeply.', 'Give parts of it a name under `conditions`.');
  }
};

const binaryOp = (token: Token): string | null => {
  if (token.kind === 'operator' && token.text in precedence) return token.text;
  return token.kind === 'name' && token.text === 'in' ? 'in' : null;
};

const isComparison = (op: string): boolean => precedence[op] === 3;

const parseBinary = (cursor: Cursor, atLeast: number): Expression => {
  let left = parseUnary(cursor);
  for (;;) {
    const token = peek(cursor);
    const op = binaryOp(token);
    const binds = op === null ? 0 : (precedence[op] ?? 0);
    if (op === null || binds < atLeast) return left;
    cursor.index++;
    const right = parseBinary(cursor, binds + 1);
    const next = binaryOp(peek(cursor));
    if (isComparison(op) && next !== null && isComparison(next)) {
      fail(peek(cursor), 'Comparisons do not chain.', 'Write `a < b && b < c`.');
    }
    left = { kind: 'binary', op: op as BinaryOp, left, right, from: left.from, to: right.to };
  }
};

const parseChoice = (cursor: Cursor): Expression => {
  deeper(cursor, peek(cursor));
  const test = parseBinary(cursor, 1);
  let expression = test;
  if (accept(cursor, '?')) {
    const yes = parseChoice(cursor);
    expectOperator(cursor, ':');
    const no = parseChoice(cursor);
    expression = { kind: 'choose', test, yes, no, from: test.from, to: no.to };
  }
  cursor.depth--;
  return expression;
};

/** The tree of `source`. Throws `ExpressionError` at the first place where the grammar is left. */
export const parseExpression = (source: string): Expression => {
  const whole = { from: 0, to: source.length };
  const tooLong = (): never =>
    fail(whole, 'This expression is too long.', 'Put values into `lists` and parts into `conditions`.');
  if (source.length > limits.characters) tooLong();
  const tokens = tokenize(source);
  if (tokens.length > limits.tokens) tooLong();
  const cursor: Cursor = { tokens, index: 0, depth: 0 };
  if (peek(cursor).kind === 'end') fail(peek(cursor), 'The expression is empty.', 'Write a condition, or `true`.');
  const expression = parseChoice(cursor);
  const rest = peek(cursor);
  if (rest.kind === 'name' && foreignWords.has(rest.text)) parseName(cursor, rest);
  if (rest.kind !== 'end') fail(rest, `Expected && or ||, found ${shown(rest)}.`, 'Join conditions with && or ||.');
  return expression;
};
