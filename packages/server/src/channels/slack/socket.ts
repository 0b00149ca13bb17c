/**
 * Socket Mode: for those whom Slack cannot reach, we open the connection and Slack delivers through it. What comes is
 * taken in like any delivery and acknowledged when it is stored. Reconnecting is done here: the client's own way of it
 * ends the process when Slack cannot be reached.
 */
import { SocketModeClient } from '@slack/socket-mode';
import type { Connection, RawRequest, TakesIn } from '../../engine/channel-ports.ts';
import { socketPath } from './parse.ts';
import { clientOptions, quietLogger } from './send.ts';

type Envelope = { ack: (answer?: object) => Promise<void>; type: string; body: unknown };

/** First at once, then after 1, 2, 4 … seconds, a minute at most. */
export const waitMs = (failures: number): number => (failures === 0 ? 0 : Math.min(60_000, 500 * 2 ** failures));

const rawOf = ({ type, body }: Envelope): RawRequest => ({
  method: 'SOCKET',
  path: `${socketPath}${type}`,
  query: {},
  headers: { 'content-type': 'application/json' },
  body: Buffer.from(JSON.stringify(body ?? null)),
});

export const connectSocket = (appToken: string, apiUrl: string, { take, trouble }: TakesIn): Connection => {
  let closing = false;
  let failures = 0;
  let timer: NodeJS.Timeout | undefined;
  const client = new SocketModeClient({
    appToken,
    autoReconnectEnabled: false,
    logger: quietLogger,
    clientOptions: { ...clientOptions(apiUrl), logger: quietLogger } as object,
  });

  const open = (): void => {
    timer = undefined;
    client.start().catch((error: unknown) => {
      failures += 1;
      trouble(`Socket Mode could not connect: ${error instanceof Error ? error.message : String(error)}`);
      again();
    });
  };
  const again = (): void => {
    if (!closing && timer === undefined) timer = setTimeout(open, waitMs(failures));
  };

  client.on('connected', () => {
    failures = 0;
  });
  client.on('disconnected', again);
  client.on('slack_event', (envelope: Envelope) => {
    // Not acknowledged unless it is stored: Slack says so to whoever pressed.
    take(rawOf(envelope)).then(
      ({ status, body }) =>
        status < 300 ? envelope.ack(body === undefined ? undefined : (JSON.parse(body) as object)) : undefined,
      (error: unknown) => trouble(`a delivery was not stored: ${String(error)}`),
    );
  });
  open();

  return {
    close: async () => {
      closing = true;
      clearTimeout(timer);
      if (client.websocket?.isActive()) await client.disconnect();
    },
  };
};
