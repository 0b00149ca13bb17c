/** Text of an expression to tokens with positions. What CEL has and this language has not is refused with its reason. */
import { ExpressionError, type Span } from './syntax.ts';

export type Token = Span & {
  kind: 'number' | 'string' | 'name' | 'money' | 'operator' | 'end';
  /** operator or name as written; value of a string; digits of a number or of an amount */
  text: string;
  currency?: string;
};

const patterns = {
  space: /(?:\s+|\/\/[^\n]*)+/y,
  money: /([A-Z]{3})[ \t]+(-?\d[\d_]*(?:\.\d+)?)(?![\w.])/y,
  number: /\d[\d_]*(?:\.\d+)?/y,
  name: /[A-Za-z_][A-Za-z0-9_]*/y,
  operator: /&&|\|\||==|!=|<=|>=|[<>!?:,.()[\]+\-*/%]/y,
} as const;

const refusals: [RegExp, string, string][] = [
  [/0[xX]/y, 'Hexadecimal numbers are not in the language.', 'Write the number in decimal.'],
  [/\d[\d_]*(?:\.\d+)?[eE][+-]?\d/y, 'Numbers with an exponent are not in the language.', 'Write all its digits.'],
  [/\d[\d_]*[uU]\b/y, 'Unsigned numbers are not in the language.', 'Write the number without "u".'],
  [/[bBrR]{1,2}["']/y, 'Bytes and raw strings are not in the language.', 'Write an ordinary string, such as "text".'],
  [/`/y, 'Quoted names are not in the language.', 'Name facts with letters, digits and dots.'],
  [/=(?!=)/y, 'One "=" compares nothing.', 'Compare with "==".'],
  [/&(?!&)/y, 'One "&" means nothing here.', 'Join conditions with "&&".'],
  [/\|(?!\|)/y, 'One "|" means nothing here.', 'Join alternatives with "||".'],
  [/[“”‘’]/y, 'Typographic quotes do not quote.', 'Use straight quotes: "text".'],
];

const at = (pattern: RegExp, source: string, from: number): RegExpExecArray | null => {
  pattern.lastIndex = from;
  return pattern.exec(source);
};

const escapes: Record<string, string> = {
  ...{ n: '\n', t: '\t', r: '\r', a: '\u0007', b: '\b', f: '\f', v: '\v' },
  ...{ '\\': '\\', '"': '"', "'": "'", '?': '?', '`': '`' },
};

/** The number of a character: backslash, u and four digits; U and eight; x and two; or three octal ones. */
const numbered = /\\(?:u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|[xX]([0-9a-fA-F]{2})|([0-3][0-7]{2}))/y;

/** A character written with a backslash at `from`, and where it ends. */
const readEscape = (source: string, from: number): { text: string; to: number } => {
  const plain = escapes[source[from + 1] ?? ''];
  if (plain !== undefined) return { text: plain, to: from + 2 };
  const [whole = '', four, eight, two, octal] = at(numbered, source, from) ?? [];
  const code = octal === undefined ? Number.parseInt(four ?? eight ?? two ?? '', 16) : Number.parseInt(octal, 8);
  const isCharacter = code <= 0x10ffff && !(code >= 0xd800 && code <= 0xdfff);
  if (isCharacter) return { text: String.fromCodePoint(code), to: from + whole.length };
  const span = { from, to: Math.min(from + 2, source.length) };
  const remedy = 'Known are \\n \\t \\r \\\\ \\" \\\' and the numbers of characters, such as \\u00e9.';
  throw new ExpressionError('syntax', span, 'This escape is not known.', remedy);
};

const readString = (source: string, from: number): Token => {
  const quote = source[from];
  let text = '';
  for (let index = from + 1; index < source.length; index++) {
    const character = source[index] as string;
    if (character === quote) return { kind: 'string', text, from, to: index + 1 };
    if (character === '\n') break;
    if (character !== '\\') {
      text += character;
      continue;
    }
    const escaped = readEscape(source, index);
    text += escaped.text;
    index = escaped.to - 1;
  }
  throw new ExpressionError(
    'syntax',
    { from, to: source.length },
    'This string does not end.',
    `Close it with ${quote}. When the text holds " #" or ": ", put the whole expression in YAML quotes.`,
  );
};

const readToken = (source: string, from: number): Token => {
  const character = source[from] as string;
  for (const [pattern, message, remedy] of refusals) {
    const found = at(pattern, source, from);
    if (found) throw new ExpressionError('notInLanguage', { from, to: from + found[0].length }, message, remedy);
  }
  if (character === '"' || character === "'") return readString(source, from);
  const money = at(patterns.money, source, from);
  if (money) {
    const text = (money[2] as string).replaceAll('_', '');
    return { kind: 'money', text, currency: money[1] as string, from, to: from + money[0].length };
  }
  for (const kind of ['number', 'name', 'operator'] as const) {
    const found = at(patterns[kind], source, from);
    if (!found) continue;
    const text = kind === 'number' ? found[0].replaceAll('_', '') : found[0];
    return { kind, text, from, to: from + found[0].length };
  }
  const span = { from, to: from + 1 };
  throw new ExpressionError('syntax', span, `"${character}" means nothing here.`, 'Remove it.');
};

/** Tokens of `source`, ended by one of kind `end`. Throws `ExpressionError`. */
export const tokenize = (source: string): Token[] => {
  const tokens: Token[] = [];
  let from = 0;
  for (;;) {
    from += at(patterns.space, source, from)?.[0].length ?? 0;
    if (from >= source.length) break;
    const token = readToken(source, from);
    tokens.push(token);
    from = token.to;
  }
  tokens.push({ kind: 'end', text: '', from: source.length, to: source.length });
  return tokens;
};
