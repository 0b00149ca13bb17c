/** `belay publish` and `belay draft`: how a version comes into force, by one designer or by two. */
import { type AnswerOf, type ComparisonView, counted, type VersionFinding } from '@belay/protocol';
import type { Api } from '../api.ts';
import { CliProblem, type Command, type Io, printJson, wrongUsage } from '../command.ts';
import { connect, connecting } from '../connection.ts';
import { controlText } from '../host.ts';
import { harmless, instantText } from '../paint.ts';

type Source = { file: string; source: string };

const sayAccepted = (findings: VersionFinding[], io: Io): void => {
  for (const { sentence, accepted } of findings)
    if (accepted !== null) io.out(`  accepted: ${harmless(sentence)} Because: ${harmless(accepted)}\n`);
};

const publishEach = async (api: Api, sources: Source[], io: Io): Promise<void> => {
  const published: AnswerOf<'publishControl'>[] = [];
  for (const body of sources) published.push(await api.call('publishControl', { body }));
  if (io.json) return printJson(io, { items: published });
  for (const { name, version, digest, findings } of published) {
    io.out(`${name} version ${version} is in force. ${io.paint('dim', digest)}\n`);
    sayAccepted(findings, io);
    const { from } = await api.call('previewMove', { params: { name } });
    const runs = from.reduce((sum, each) => sum + each.runs, 0);
    if (runs > 0)
      io.out(
        `  ${counted(runs, 'run')} under way under an older version go on under it: \`belay move ${name} --dry-run\`\n`,
      );
  }
};

const draftEach = async (api: Api, sources: Source[], io: Io): Promise<void> => {
  const drafted: AnswerOf<'draftControl'>[] = [];
  for (const body of sources) drafted.push(await api.call('draftControl', { body }));
  if (io.json) return printJson(io, { items: drafted });
  for (const { name, digest, findings } of drafted) {
    io.out(`${name} is a draft now; another designer publishes it. ${io.paint('dim', digest)}\n`);
    sayAccepted(findings, io);
  }
};

export const publish: Command = {
  name: 'publish',
  summary: 'Publish a version of each control that passes its check. Runs that are under way keep theirs.',
  takes: ['FILE...'],
  options: {
    draft: { type: 'boolean', about: 'leave it as a draft: a second person publishes it with `belay draft`' },
    ...connecting,
  },
  examples: [
    { line: 'belay publish controls/payment-approval.control.yaml', about: 'new runs start under it' },
    { line: 'belay publish --draft controls/payment-approval.control.yaml', about: 'by two people' },
  ],
  run: async (given, io) => {
    const api = connect(given);
    const sources = given.words.map((file) => ({ file, source: controlText(file) }));
    await (given.flag('draft') ? draftEach : publishEach)(api, sources, io);
    return 0;
  },
};

export const sayComparison = ({ differences }: ComparisonView, io: Io): void => {
  for (const { sentence, example, weaker } of differences) {
    io.out(`  ${weaker ? io.paint('red', 'less oversight: ') : ''}${harmless(sentence)}\n`);
    if (example !== null) io.out(`    ${io.paint('dim', harmless(example))}\n`);
  }
  if (differences.length === 0) io.out('  Every case is decided as before.\n');
};

type Waiting = NonNullable<AnswerOf<'getDraft'>['draft']>;

const sayDraft = (draft: Waiting, io: Io): void => {
  const { name, draftedBy, draftedAt, digest, findings, comparison } = draft;
  io.out(`${name}, drafted by ${draftedBy} at ${instantText(draftedAt)}. ${io.paint('dim', digest)}\n`);
  sayAccepted(findings, io);
  if (comparison === null) io.out('  It would be the first version.\n');
  else sayComparison(comparison, io);
};

export const draft: Command = {
  name: 'draft',
  summary: 'Show the draft of a control and how it differs; publish or withdraw it.',
  takes: ['CONTROL'],
  options: {
    publish: { type: 'boolean', about: 'put it in force; not by who drafted it' },
    withdraw: { type: 'string', value: 'TEXT', about: 'withdraw it, with the reason' },
    ...connecting,
  },
  examples: [
    { line: 'belay draft payment-approval', about: 'what would change, less human oversight first' },
    { line: 'belay draft payment-approval --publish', about: 'as the second person' },
  ],
  run: async (given, io) => {
    const api = connect(given);
    const params = { name: given.words[0] ?? '' };
    const [publishIt, because] = [given.flag('publish'), given.text('withdraw')];
    if (publishIt && because !== undefined)
      throw wrongUsage('--publish and --withdraw exclude each other.', 'Leave one of them out.');
    const { draft: found } = await api.call('getDraft', { params });
    if (found === null) {
      const none = `No draft of ${params.name} waits.`;
      if (publishIt || because !== undefined) throw new CliProblem(1, none, 'Leave one: `belay publish FILE --draft`.');
      if (io.json) printJson(io, null);
      else io.out(`${none}\n`);
      return 0;
    }
    const { digest } = found;
    if (publishIt) {
      const done = await api.call('publishDraft', { params, body: { digest } });
      if (io.json) printJson(io, done);
      else io.out(`${done.name} version ${done.version} is in force, drafted by ${done.draftedBy}.\n`);
    } else if (because !== undefined) {
      await api.call('withdrawDraft', { params, body: { digest, because } });
      if (io.json) printJson(io, { withdrawn: digest });
      else io.out(`The draft of ${params.name} is withdrawn.\n`);
    } else if (io.json) printJson(io, found);
    else sayDraft(found, io);
    return 0;
  },
};
