/**
 * Receives the signed wake-up that Belay sends when something was decided for an agent that does not wait: a fetch-style
 * handler that verifies it as Standard Webhooks say (HMAC-SHA256 over id, time and raw body), once each.
 */
import { wakeMessage } from '@belay/protocol';
import { boundedText } from './body.ts';
import type { Clock } from './clock.ts';
import { BelayError } from './errors.ts';
import { Remembered } from './remembered.ts';

const toleranceMs = 5 * 60_000;
/** Ids are kept as long as their message could be replayed; more than this at once is refused, not forgotten. */
const rememberedIds = 10_000;
const largestBody = 64 * 1024;

export type Wake<Control extends string = string> = { runId: string; control: Control; because: string; at: string };
export type WakeHandler<Control extends string> = (wake: Wake<Control>) => void | Promise<void>;

const bytesOf = (base64: string): Uint8Array<ArrayBuffer> | null => {
  try {
    return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  } catch {
    return null;
  }
};

type VerifyKey = Awaited<ReturnType<typeof crypto.subtle.importKey>>;

const importSecret = (secret: string): Promise<VerifyKey> => {
  const bytes = bytesOf(secret.replace(/^whsec_/, ''));
  if (bytes === null || bytes.length === 0)
    throw new BelayError('wakeSecret is not base64.', {
      code: 'invalid_request',
      remedy: 'Use the wake secret that was shown when the key was created (whsec_...).',
    });
  return crypto.subtle.importKey('raw', bytes, { name: 'HMAC', hash: 'SHA-256' }, false, ['verify']);
};

/** Any `v1` signature of the header may match: there are two while a secret is rotated. */
const signedBy = async (key: VerifyKey, signed: string, header: string): Promise<boolean> => {
  const content = new TextEncoder().encode(signed);
  for (const part of header.split(' ').slice(0, 8)) {
    const signature = part.startsWith('v1,') ? bytesOf(part.slice('v1,'.length)) : null;
    if (signature !== null && (await crypto.subtle.verify('HMAC', key, signature, content))) return true;
  }
  return false;
};

const answer = (status: number, text: string): Response => new Response(text, { status });
const messageOf = (body: string): Wake | null => {
  try {
    const parsed = wakeMessage.safeParse(JSON.parse(body));
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
};

export const createWakeReceiver = <Control extends string>(
  secret: string,
  clock: Clock,
  handler: WakeHandler<Control>,
): ((request: Request) => Promise<Response>) => {
  const remembered = new Remembered(2 * toleranceMs, rememberedIds);
  const key = importSecret(secret);
  return async (request) => {
    const id = request.headers.get('webhook-id') ?? '';
    const timestamp = request.headers.get('webhook-timestamp') ?? '';
    const body = await boundedText(request.body, largestBody);
    if (body === null) return answer(413, 'too large');
    const now = clock.now();
    const fresh = /^\d{1,12}$/.test(timestamp) && Math.abs(now - Number(timestamp) * 1_000) <= toleranceMs;
    const header = request.headers.get('webhook-signature') ?? '';
    const genuine = id !== '' && fresh && (await signedBy(await key, `${id}.${timestamp}.${body}`, header));
    if (!genuine) return answer(401, 'not a genuine wake-up, or too old');
    const message = messageOf(body);
    if (message === null) return answer(422, 'not a wake-up this version knows');
    const seen = remembered.remember(id, now);
    if (seen === 'full') return answer(503, 'too many wake-ups at once');
    if (seen === 'seen') return answer(200, 'seen before');
    try {
      const { runId, control, because, at } = message;
      await handler({ runId, control: control as Control, because, at });
      return answer(200, 'woken');
    } catch {
      remembered.forget(id);
      return answer(500, 'the handler failed; send it again');
    }
  };
};
