/** Routes of the evidence: exported for auditors, with the key that verifies it. */
import { type ParsedQueryOf, problem } from '@belay/protocol';
import type { EvidenceSelection, Services } from '../engine/services.ts';
import { type Handlers, personWith } from './call.ts';
import { Refused } from './problem.ts';

const selectionOf = (query: ParsedQueryOf<'exportEvidence'>): EvidenceSelection => {
  const { runId, caseId, approvalId, stream, from, to } = query;
  const wanted: EvidenceSelection[] = [];
  if (runId !== undefined) wanted.push({ kind: 'run', runId });
  if (caseId !== undefined) wanted.push({ kind: 'case', caseId });
  if (approvalId !== undefined) wanted.push({ kind: 'approval', approvalId });
  if (stream !== undefined) wanted.push({ kind: 'stream', stream });
  if (from !== undefined && to !== undefined)
    wanted.push({ kind: 'period', from: Date.parse(from), to: Date.parse(to) });
  const [one, another] = wanted;
  if (one !== undefined && another === undefined) return one;
  throw new Refused(problem('invalid_request', 'Name one thing: runId, caseId, approvalId, stream, or from and to.'));
};

const ndjson = (lines: AsyncIterable<string>): ReadableStream<Uint8Array> => {
  const iterator = lines[Symbol.asyncIterator]();
  const encoder = new TextEncoder();
  return new ReadableStream({
    pull: async (controller) => {
      const { value, done } = await iterator.next();
      if (done === true) controller.close();
      else controller.enqueue(encoder.encode(value));
    },
    cancel: async () => {
      await iterator.return?.();
    },
  });
};

export const evidenceRoutes = (services: Services): Handlers<'exportEvidence' | 'logKey'> => ({
  exportEvidence: async (call) => {
    personWith(call, 'auditor', 'operator');
    const exported = await services.evidence.export(selectionOf(call.query), call.query.since);
    if (!exported.ok) throw new Refused(problem(exported.code, exported.detail));
    const headers = {
      'content-type': 'application/x-ndjson',
      'content-disposition': 'attachment; filename="belay-evidence.ndjson"',
      'cache-control': 'no-store',
    };
    return new Response(ndjson(exported.lines), { headers });
  },
  logKey: async () => ({ answer: { publicKey: services.evidence.publicKey } }),
});
