/** `belay verify FILE`: says in words whether an exported file is what the log says, and what in it is not. */
import { readFile, stat } from 'node:fs/promises';
import { counted, printable } from '@belay/protocol';
import { type Finding, type Verdict, verifyBundle } from '@belay/protocol/evidence';

export type VerifyFileOptions = {
  /** `name+keyid+base64`. Without one, the key in the file is used, and the text says what that is worth. */
  publicKey?: string;
  /** File with a checkpoint that the reader kept, or with an earlier export. */
  earlierFile?: string;
};

/** `keyFrom` file: whoever made the file chose the key, so that `ok` says only that it agrees with itself. */
export type VerifiedFile = {
  ok: boolean;
  text: string;
  findings: Finding[];
  publicKey: string;
  keyFrom: 'reader' | 'file';
};

const maxBytes = 512 * 1024 * 1024;

const headerOf = (bytes: Buffer): string => bytes.subarray(0, Math.max(0, bytes.indexOf('\n'))).toString('utf8');

/** Any text that stands where the key would: whether it is one is the verifier's question. */
const keyInside = (header: string): string => /"publicKey":"([^"\\]+)"/.exec(header)?.[1] ?? '';

/** The checkpoint in a file that holds one, or of an earlier export. */
export const readCheckpoint = async (path: string): Promise<string> => {
  const text = await readFile(path, 'utf8');
  if (!text.startsWith('{')) return text;
  try {
    const { checkpoint } = JSON.parse(text.slice(0, Math.max(0, text.indexOf('\n')))) as { checkpoint?: unknown };
    return typeof checkpoint === 'string' ? checkpoint : text;
  } catch {
    return text;
  }
};

/** What the file cannot show of what came after it. */
const ends = ({ log, entries, last }: Verdict): string[] => {
  if (log === null || last === null) return [];
  const { selection } = log;
  const at = `Ends      with ${printable(last.type)} at ${last.at}`;
  if (selection.kind === 'stream')
    return [`${at}. What was logged of it later, if anything was, only a file of a period shows.`];
  const signedTo = selection.firstIndex + entries === log.size && Date.parse(last.at) < Date.parse(selection.to);
  return signedTo ? [`${at}: so far the log was signed. Later entries of the period need a later file.`] : [];
};

const held = (verdict: Verdict): string[] => {
  const { log, entries, erased, streams } = verdict;
  if (log === null) return [];
  const { selection } = log;
  const what =
    selection.kind === 'period'
      ? `everything in the log from entry ${selection.firstIndex} to ${selection.endIndex - 1} (${selection.from} to ${selection.to})`
      : `${printable(selection.stream)}, numbers ${streams[0]?.firstSeq ?? 0} to ${streams[0]?.lastSeq ?? 0}`;
  return [
    `Log       ${log.origin}, ${counted(log.size, 'entry', 'entries')} signed`,
    `Holds     ${what}`,
    `Entries   ${entries}, of which ${erased} with erased content`,
    ...ends(verdict),
  ];
};

const verified = ({ log }: Verdict): string =>
  log?.selection.kind === 'stream'
    ? 'VERIFIED  Nothing was changed or added, and nothing left out up to its end.'
    : 'VERIFIED  Nothing was changed, left out or added.';

const summary = (verdict: Verdict, keyFromFile: string | null): string =>
  [
    verdict.ok ? verified(verdict) : 'NOT VERIFIED',
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
  const given = options.publicKey?.trim();
  const keyFrom = given === undefined ? 'file' : 'reader';
  const { size } = await stat(path);
  const unreadable = (message: string, line: number | null): VerifiedFile => {
    const findings: Finding[] = [{ code: 'unreadable', logIndex: null, line, message }];
    return { ok: false, text: `NOT VERIFIED\n  - ${message}`, findings, publicKey: given ?? '', keyFrom };
  };
  if (size > maxBytes) return unreadable('The file is larger than 512 MB; export a shorter period.', null);
  const bytes = await readFile(path);
  const header = headerOf(bytes);
  if (!header.includes('belay-evidence'))
    return unreadable(`${path} is no export of evidence: \`belay evidence\` makes one.`, 1);
  const publicKey = given ?? keyInside(header);
  const earlier = options.earlierFile === undefined ? undefined : await readCheckpoint(options.earlierFile);
  const verdict = verifyBundle(bytes, { publicKey, ...(earlier === undefined ? {} : { earlier }) });
  const keyFromFile = given === undefined && verdict.log !== null ? publicKey : null;
  const { ok, findings } = verdict;
  return { ok, text: summary(verdict, keyFromFile), findings, publicKey, keyFrom };
};
