/**
 * Where somebody wanted to go before they had to sign in. Kept for the browser, not the tab: a login link opens in a tab
 * of its own. Forgotten when it was taken, or after a quarter of an hour.
 */
import { keptIn } from './kept.ts';

const name = 'belay.way-back';
const keptMs = 15 * 60_000;

type Kept = { path: string; at: number };

/** Where the browser goes to sign in with the company; it comes back to `path`. `again`: as if nobody were signed in. */
export const companySignIn = (path: string, again = false): string =>
  `/sign-in?${new URLSearchParams({ to: path.startsWith('/login') ? '/' : path })}${again ? '&again' : ''}`;

export const rememberWay = (path: string): void => {
  if (path === '/' || path.startsWith('/login')) return;
  localStorage.setItem(name, JSON.stringify({ path, at: Date.now() } satisfies Kept));
};

/** A path of this inbox; the inbox itself when there is none. */
export const wayIn = (text: string | null, now: number): string => {
  const { path, at = 0 } = keptIn<Kept>(text);
  return typeof path === 'string' && /^\/(?!\/)/.test(path) && now - at < keptMs ? path : '/';
};

export const takeWay = (): string => {
  const text = localStorage.getItem(name);
  localStorage.removeItem(name);
  return wayIn(text, Date.now());
};
