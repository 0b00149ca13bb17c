/**
 * Whose failure it was. A system outside that is down or busy is no failure to get on: the agent tries again, and Belay
 * does not count it as stuck. Only what says that nothing was carried out counts; everything else is the step's own.
 */
const busy = new Set([429, 502, 503, 504]);
const unreachable = new Set([
  'ECONNREFUSED',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'UND_ERR_CONNECT_TIMEOUT',
]);

type Failure = { status?: unknown; statusCode?: unknown; code?: unknown; response?: unknown; cause?: unknown };

const isFailure = (value: unknown): value is Failure => typeof value === 'object' && value !== null;

/** Reads what HTTP clients and Node say of an error, and of what caused it. */
export const failedOutside = (error: unknown, depth = 3): boolean => {
  if (!isFailure(error) || depth === 0) return false;
  const { status, statusCode, code, response, cause } = error;
  return (
    busy.has(status as number) ||
    busy.has(statusCode as number) ||
    unreachable.has(code as string) ||
    (isFailure(response) && busy.has(response.status as number)) ||
    failedOutside(cause, depth - 1)
  );
};
