/**
 * Reads what came back over HTTP. Only a documented answer of the route counts as one; a login page, a cut-off
 * body, an empty 204 or a word this version does not know is no permission, whatever the status says.
 */
import {
  type AnswerOf,
  CanonicalError,
  type Json,
  type Problem,
  parseStrict,
  type RouteName,
  routes,
} from '@belay/protocol';
import { type BelayError, errorOf, Unreachable } from './errors.ts';

/** In characters; the client stops reading there. */
export const largestAnswer = 8 * 1024 * 1024;

export type Reply = { status: number; contentType: string; text: string };

export type Read<N extends RouteName> = { ok: true; answer: AnswerOf<N> } | { ok: false; error: BelayError };

const unreadable = (what: string, retryable: boolean): { ok: false; error: BelayError } => ({
  ok: false,
  error: new Unreachable(`Belay's answer could not be read: ${what}.`, { answered: true, retryable }),
});

const parse = (text: string): { value: Json } | { problem: string } => {
  try {
    return { value: parseStrict(text, largestAnswer) };
  } catch (error) {
    if (error instanceof CanonicalError) return { problem: error.message.replace(/\.$/, '') };
    throw error;
  }
};

const isProblem = (value: Json, contentType: string): boolean =>
  contentType.startsWith('application/problem+json') &&
  typeof value === 'object' &&
  value !== null &&
  !Array.isArray(value) &&
  typeof value.code === 'string' &&
  typeof value.status === 'number';

/** A newer server may leave out or add members: what is needed is filled in, an unknown code stays a refusal. */
const problemOf = (value: Json): Problem =>
  ({
    type: '',
    title: '',
    detail: 'Belay refused this call.',
    remedy: '',
    retryable: false,
    ...(value as Partial<Problem>),
  }) as Problem;

/** Fields that a newer server adds are left aside; everything else must be as documented. */
const documented = <N extends RouteName>(name: N, value: Json): Read<N> => {
  const schema = 'answer' in routes[name] ? routes[name].answer : undefined;
  if (schema === undefined) return unreadable(`${name} has no JSON answer`, false);
  const parsed = schema.safeParse(value);
  if (parsed.success || parsed.error.issues.every((issue) => issue.code === 'unrecognized_keys'))
    return { ok: true, answer: (parsed.success ? parsed.data : value) as AnswerOf<N> };
  const [issue] = parsed.error.issues;
  return unreadable(`${issue?.path.join('.') || 'the body'}: ${issue?.message ?? 'unknown form'}`, false);
};

export const readAnswer = <N extends RouteName>(name: N, { status, contentType, text }: Reply): Read<N> => {
  if (status >= 500) {
    const parsed = parse(text);
    const problem = 'value' in parsed && isProblem(parsed.value, contentType) ? problemOf(parsed.value) : null;
    return { ok: false, error: new Unreachable(problem?.detail ?? `Belay answered ${status}.`, { problem }) };
  }
  if (status !== 200 && status !== 201 && status < 400) return unreadable(`status ${status}`, true);
  const parsed = parse(text);
  if ('problem' in parsed) return unreadable(`status ${status}, ${parsed.problem}`, true);
  if (status < 400) return documented(name, parsed.value);
  if (!isProblem(parsed.value, contentType)) return unreadable(`status ${status} without problem details`, true);
  return { ok: false, error: errorOf(problemOf(parsed.value)) };
};
