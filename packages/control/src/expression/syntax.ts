/** The syntax tree of an expression, with the position of each part. CEL's grammar, plus money literals. */

export type Span = { from: number; to: number };

export type BinaryOp = '||' | '&&' | '==' | '!=' | '<' | '<=' | '>' | '>=' | 'in' | '+' | '-' | '*' | '/' | '%';

export type Literal =
  | { type: 'number'; text: string }
  | { type: 'string'; value: string }
  | { type: 'bool'; value: boolean }
  | { type: 'money'; currency: string; amount: string };

export type Expression = Span &
  (
    | { kind: 'literal'; literal: Literal }
    | { kind: 'name'; name: string }
    | { kind: 'unary'; op: '!' | '-'; of: Expression }
    | { kind: 'binary'; op: BinaryOp; left: Expression; right: Expression }
    | { kind: 'choose'; test: Expression; yes: Expression; no: Expression }
    | { kind: 'list'; items: Expression[] }
    | { kind: 'call'; name: string; target: Expression | null; args: Expression[] }
  );

/** What is wrong with an expression, and where in its text. */
export type ExpressionProblem = Span & { code: ExpressionProblemCode; message: string; remedy: string };
export type ExpressionProblemCode =
  | 'syntax'
  | 'notInLanguage'
  | 'unknownName'
  | 'wrongType'
  | 'outOfRange'
  | 'unknownValue';

/** Carries a problem out of the recursive descent; caught where the expression was handed in. */
export class ExpressionError extends Error {
  readonly problem: ExpressionProblem;

  constructor(code: ExpressionProblemCode, span: Span, message: string, remedy: string) {
    super(message);
    this.problem = { code, from: span.from, to: span.to, message, remedy };
  }
}

/** Every name in the expression: of facts, conditions, lists, and of the elements inside `exists` and `all`. */
export const namesIn = (expression: Expression): string[] => {
  switch (expression.kind) {
    case 'literal':
      return [];
    case 'name':
      return [expression.name];
    case 'unary':
      return namesIn(expression.of);
    case 'binary':
      return [...namesIn(expression.left), ...namesIn(expression.right)];
    case 'choose':
      return [expression.test, expression.yes, expression.no].flatMap(namesIn);
    case 'list':
      return expression.items.flatMap(namesIn);
    case 'call':
      return [...(expression.target === null ? [] : [expression.target]), ...expression.args].flatMap(namesIn);
  }
};
