/** `belay publish` and `belay proposal`: how a version comes into force, by one designer or by two. */
import type { AnswerOf, ComparisonView, VersionFinding } from '@belay/protocol';
import type { Api } from '../api.ts';
import { type Command, type Io, printJson, wrongUsage } from '../command.ts';
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
  }
};

const proposeEach = async (api: Api, sources: Source[], io: Io): Promise<void> => {
  const proposed: AnswerOf<'proposeControl'>[] = [];
  for (const body of sources) proposed.push(await api.call('proposeControl', { body }));
  if (io.json) return printJson(io, { items: proposed });
  for (const { name, digest, findings } of proposed) {
    io.out(`${name} is proposed; another designer publishes it. ${io.paint('dim', digest)}\n`);
    sayAccepted(findings, io);
  }
};

export const publish: Command = {
  name: 'publish',
  summary: 'Publish a version of each control that passes its check. Runs that are under way keep theirs.',
  takes: ['FILE...'],
  options: {
    propose: { type: 'boolean', about: 'propose it: a second person publishes it with `belay proposal`' },
    ...connecting,
  },
  examples: [
    { line: 'belay publish controls/payment-approval.control.yaml', about: 'new runs start under it' },
    { line: 'belay publish --propose controls/payment-approval.control.yaml', about: 'by two people' },
  ],
  run: async (given, io) => {
    const api = connect(given);
    const sources = given.words.map((file) => ({ file, source: controlText(file) }));
    await (given.flag('propose') ? proposeEach : publishEach)(api, sources, io);
    return 0;
  },
};

const sayComparison = ({ differences }: ComparisonView, io: Io): void => {
  for (const { sentence, example, weaker } of differences) {
    io.out(`  ${weaker ? io.paint('red', 'less oversight: ') : ''}${harmless(sentence)}\n`);
    if (example !== null) io.out(`    ${io.paint('dim', harmless(example))}\n`);
  }
  if (differences.length === 0) io.out('  Every case is decided as before.\n');
};

const sayProposal = (proposal: AnswerOf<'getProposal'>, io: Io): void => {
  const { name, proposedBy, proposedAt, digest, findings, comparison } = proposal;
  io.out(`${name}, proposed by ${proposedBy} at ${instantText(proposedAt)}. ${io.paint('dim', digest)}\n`);
  sayAccepted(findings, io);
  if (comparison === null) io.out('  It would be the first version.\n');
  else sayComparison(comparison, io);
};

export const proposal: Command = {
  name: 'proposal',
  summary: 'Show what is proposed for a control and how it differs; publish or withdraw it.',
  takes: ['CONTROL'],
  options: {
    publish: { type: 'boolean', about: 'put it in force; not by who proposed it' },
    withdraw: { type: 'string', value: 'TEXT', about: 'withdraw it, with the reason' },
    ...connecting,
  },
  examples: [
    { line: 'belay proposal payment-approval', about: 'what would change, less human oversight first' },
    { line: 'belay proposal payment-approval --publish', about: 'as the second person' },
  ],
  run: async (given, io) => {
    const api = connect(given);
    const params = { name: given.words[0] ?? '' };
    const [publishIt, because] = [given.flag('publish'), given.text('withdraw')];
    if (publishIt && because !== undefined)
      throw wrongUsage('--publish and --withdraw exclude each other.', 'Leave one of them out.');
    const found = await api.call('getProposal', { params });
    const { digest } = found;
    if (publishIt) {
      const done = await api.call('publishProposal', { params, body: { digest } });
      if (io.json) printJson(io, done);
      else io.out(`${done.name} version ${done.version} is in force, proposed by ${done.proposedBy}.\n`);
    } else if (because !== undefined) {
      await api.call('withdrawProposal', { params, body: { digest, because } });
      if (io.json) printJson(io, { withdrawn: digest });
      else io.out(`The proposal for ${params.name} is withdrawn.\n`);
    } else if (io.json) printJson(io, found);
    else sayProposal(found, io);
    return 0;
  },
};
