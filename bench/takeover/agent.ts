/** The agent's process: holds runs through the SDK, each with its background watch, and says when a signal aborts. */
import { createBelay } from '@belay/sdk';

const { url, key } = JSON.parse(process.argv[2] ?? '') as { url: string; key: string };
const belay = createBelay({ url, key });

process.on('message', async (message: { ask: string; runs: number }) => {
  if (message.ask === 'close') process.exit();
  const held = await Promise.all(
    Array.from({ length: message.runs }, (_, index) =>
      belay.start({ control: 'bench-payments', subject: { invoiceId: `invoice-${index}` } }),
    ),
  );
  for (const run of held)
    run.signal.addEventListener('abort', () =>
      process.send?.({
        runId: run.id,
        reason: (run.signal.reason as Error).name,
        abortedAt: String(process.hrtime.bigint()),
      }),
    );
  process.send?.({ runIds: held.map((run) => run.id) });
});
process.send?.({ ready: true });
