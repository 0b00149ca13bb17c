/** `belay evidence`: what happened, as one file that verifies without any server. */
import { createWriteStream, existsSync, renameSync, rmSync } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { QueryOf } from '@belay/protocol';
import { type Command, type Given, printJson, wrongUsage } from '../command.ts';
import { connect, connecting } from '../connection.ts';
import { readCheckpoint } from '../verify.ts';
import { existing } from './verify.ts';

const kinds = ['run', 'case', 'approval', 'stream'] as const;
const fieldOf = { run: 'runId', case: 'caseId', approval: 'approvalId', stream: 'stream' } as const;

const wantedOf = (given: Given): QueryOf<'exportEvidence'> => {
  const [kind = '', id = ''] = given.words;
  if (kind === 'period') {
    const [from, to] = [given.text('from'), given.text('to')];
    if (from !== undefined && to !== undefined) return { from, to };
    throw wrongUsage('A period needs both ends.', 'Write --from 2026-11-01T00:00:00Z --to 2026-12-01T00:00:00Z.');
  }
  const known = kinds.find((name) => name === kind);
  if (known !== undefined && id !== '') return { [fieldOf[known]]: id };
  throw wrongUsage(
    `"${[kind, id].join(' ').trim()}" is nothing to export.`,
    'Name a run, case, approval or stream with its id, or a period.',
  );
};

/** Whole or not at all: a download that ends early leaves no file, and an earlier one as it was. */
const written = async (evidence: Readable, file: string): Promise<void> => {
  const part = `${file}.${process.pid}.part`;
  try {
    await pipeline(evidence, createWriteStream(part));
    renameSync(part, file);
  } finally {
    rmSync(part, { force: true });
  }
};

export const evidence: Command = {
  name: 'evidence',
  summary: 'Export evidence of a run, case, approval, stream or period.',
  takes: ['KIND', '[ID]'],
  options: {
    ...connecting,
    out: { type: 'string', value: 'FILE', about: 'where to write it (default belay-evidence.ndjson)' },
    force: { type: 'boolean', about: 'overwrite the file when it exists' },
    from: { type: 'string', value: 'INSTANT', about: 'with period: from here' },
    to: { type: 'string', value: 'INSTANT', about: 'with period: to here, this instant excluded' },
    since: {
      type: 'string',
      value: 'FILE',
      about: 'a checkpoint that you kept, or an earlier export: prove growth since',
    },
  },
  examples: [
    { line: 'belay evidence run run_01k97 --out run.ndjson', about: 'then: belay verify run.ndjson' },
    { line: 'belay evidence period --from 2026-11-01T00:00:00Z --to 2026-12-01T00:00:00Z', about: 'a whole month' },
  ],
  run: async (given, io) => {
    const file = given.text('out') ?? 'belay-evidence.ndjson';
    const query = wantedOf(given);
    if (existsSync(file) && !given.flag('force'))
      throw wrongUsage(
        `${file} exists, and is left as it is.`,
        'Name another file with --out, or overwrite it with --force.',
      );
    const api = connect(given);
    const kept = given.text('since');
    const since = kept === undefined ? undefined : await readCheckpoint(existing(kept));
    const body = await api.download('exportEvidence', { ...query, ...(since === undefined ? {} : { since }) });
    await written(Readable.fromWeb(body as never), file);
    const { publicKey } = await api.call('logKey', {});
    if (io.json) printJson(io, { file, publicKey });
    else
      io.out(
        `Written to ${file}.\nIt verifies anywhere, with nothing but the key:\n  belay verify ${file} --key ${publicKey}${kept === undefined ? '' : ` --earlier ${kept}`}\n`,
      );
    return 0;
  },
};
