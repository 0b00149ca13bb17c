/** What Jira allows: writes to one issue, and requests to one of its operations, apart from each other. */
import type { Limit } from './limits.ts';
import type { Call } from './vendor-server.ts';

const issueWritten = ({ method, path }: Call): string | null =>
  method === 'GET' ? null : (/^\/rest\/api\/3\/issue\/([^/]+)/.exec(path)?.[1] ?? null);
const onIssue = (most: number, seconds: number): Limit<Call> => ({
  about: `${most} writes in ${seconds} s to`,
  most,
  inMs: seconds * 1_000,
  keyOf: issueWritten,
});
export const limits: Limit<Call>[] = [
  onIssue(20, 2),
  onIssue(100, 30),
  {
    about: '50 requests a second to',
    most: 50,
    inMs: 1_000,
    keyOf: ({ method, path }) => `${method} ${path.split('/').slice(0, 5).join('/')} ${path.split('/')[6] ?? ''}`,
  },
];
