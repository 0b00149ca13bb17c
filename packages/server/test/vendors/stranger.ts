/** A stranger's call to a local vendor: plain HTTP, no client of anybody. */

export const basic = (user: string, password: string) =>
  `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;

type Asked = { status: number; headers: Headers; body: unknown };
export const caller =
  (origin: string, headers: Record<string, string>) =>
  async (method: string, path: string, body?: unknown): Promise<Asked> => {
    const response = await fetch(`${origin}${path}`, {
      method,
      headers: { accept: 'application/json', 'content-type': 'application/json', ...headers },
      signal: AbortSignal.timeout(2_000),
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, headers: response.headers, body: text === '' ? null : JSON.parse(text) };
  };
