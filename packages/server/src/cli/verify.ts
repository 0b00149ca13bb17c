/** `belay verify FILE`: says in words whether an exported file is what the log says, and what in it is not. */
import { readFile, stat } from 'node:fs/promises';
import { printable } from '@belay/protocol';
import { type Finding, type Verdict, verifyBundle } from '@belay/protocol/evidence';

export type VerifyFileOptions = {
  /** `name+keyid+base64`. Without one, the key in the file is used, and the text says what that is worth. */
  publicKey?: string;
  /** File with a checkpoint that the reader kept. */
  earlierFile?: string;
};

export type VerifiedFile = { ok: boolean; text: string; findings: Finding[] };

const maxBytes = 512 * 1024 * 1024;

/** Any text that stands where the key would: whether it is one is the verifier's question. */
const keyInside = (bytes: Buffer): string => {
  const header = bytes.subarray(0, Math.max(0, bytes.indexOf('\n'))).toString('utf8');
  return /"publicKey":"([^"\\]+)"/.exec(header)?.[1] ?? '';
};

const held = ({ log, entries, erased, streams }: Verdict): string[] => {
  if (log === null) return [];
  const { selection } = log;
  const what =
    selection.kind === 'period'
      ? `everything in the log from entry ${selection.firstIndex} to ${selection.endIndex - 1} (${selection.from} to ${selection.to})`
      : `${printable(selection.stream)}, numbers ${streams[0]?.firstSeq ?? 0} to ${streams[0]?.lastSeq ?? 0}`;
  return [
    `Log       ${log.origin}, ${log.size} entries signed`,
    `Holds     ${what}`,
    `Entries   ${entries}, of which ${erased} with erased content`,
  ];
};

const summary = (verdict: Verdict, keyFromFile: string | null): string =>
  [
    verdict.ok ? 'VERIFIED  Nothing was changed, left out or added.' : 'NOT VERIFIED',
    ...held(verdict),
    ...verdict.findings.map(({ line, message }) => `  - ${line === null ? '' : `line ${line}: `}${message}`),
    ...(verdict.stopped ? ['  - and more: nothing was read after the hundredth finding.'] : []),
    ...(keyFromFile === null
      ? []
      : [
          `Key       ${keyFromFile}`,
          '          This key came with the file: compare it with the one that the operator of the log published,',
          '          or give that one with --key. A forger would have brought his own.',
        ]),
  ].join('\n');

export const verifyFile = async (path: string, options: VerifyFileOptions = {}): Promise<VerifiedFile> => {
  const { size } = await stat(path);
  if (size > maxBytes) {
    const message = 'The file is larger than 512 MB; export a shorter period.';
    return {
      ok: false,
      text: `NOT VERIFIED\n  - ${message}`,
      findings: [{ code: 'unreadable', logIndex: null, line: null, message }],
    };
  }
  const bytes = await readFile(path);
  const publicKey = options.publicKey?.trim() ?? keyInside(bytes);
  const earlier = options.earlierFile === undefined ? undefined : await readFile(options.earlierFile, 'utf8');
  const verdict = verifyBundle(bytes, { publicKey, ...(earlier === undefined ? {} : { earlier }) });
  const keyFromFile = options.publicKey === undefined && verdict.log !== null ? publicKey : null;
  return { ok: verdict.ok, text: summary(verdict, keyFromFile), findings: verdict.findings };
};
