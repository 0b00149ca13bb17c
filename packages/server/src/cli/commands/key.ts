/** `belay key`: API keys of agents. */
import type { AnswerOf } from '@belay/protocol';
import { type Command, type Io, printJson } from '../command.ts';
import { connect, connecting } from '../connection.ts';
import { columns, instantText } from '../paint.ts';

const showSecret = (io: Io, { agentId, keyId, secret, wakeSecret }: AnswerOf<'createKey'>): void => {
  io.out(`Key ${keyId} of ${agentId}. It is shown once:\n${io.paint('bold', secret)}\n`);
  if (wakeSecret !== null) io.out(`Wake-ups are signed with:\n${wakeSecret}\n`);
};

const create: Command = {
  name: 'key create',
  summary: 'Create an API key for an agent. The secret is shown once.',
  takes: ['AGENT'],
  options: {
    control: { type: 'string', value: 'NAME', multiple: true, about: 'control it may use; may be given again' },
    'wake-url': { type: 'string', value: 'URL', about: 'where the agent is woken when people have decided' },
    ...connecting,
  },
  examples: [{ line: 'belay key create payables --control payment-approval', about: 'a key for one control' }],
  run: async (given, io) => {
    const wakeUrl = given.text('wake-url');
    const body = { agentId: given.words[0] ?? '', controls: given.texts('control') };
    const answer = await connect(given).call('createKey', {
      body: wakeUrl === undefined ? body : { ...body, wakeUrl },
    });
    if (io.json) printJson(io, answer);
    else showSecret(io, answer);
    return 0;
  },
};

const list: Command = {
  name: 'key list',
  summary: 'List API keys, without their secrets.',
  takes: [],
  options: connecting,
  examples: [{ line: 'belay key list', about: 'those in force first' }],
  run: async (given, io) => {
    const { items } = await connect(given).call('listKeys', { query: {} });
    if (io.json) printJson(io, { items });
    else if (items.length === 0) io.out('There are no keys. `belay key create AGENT --control NAME` makes one.\n');
    else {
      const rows = items.map(({ keyId, agentId, controls, lastUsedAt, revokedAt }) => [
        keyId,
        agentId,
        controls.join(', '),
        lastUsedAt === null ? 'never used' : `used ${instantText(lastUsedAt)}`,
        revokedAt === null ? '' : `revoked ${instantText(revokedAt)}`,
      ]);
      io.out(columns(rows, (cell, _row, column) => (column === 4 ? io.paint('red', cell) : cell)));
    }
    return 0;
  },
};

const rotate: Command = {
  name: 'key rotate',
  summary: 'A new secret for a key; the old one works for 24 hours more.',
  takes: ['KEY'],
  options: connecting,
  examples: [{ line: 'belay key rotate key_…', about: 'prints the new secret' }],
  run: async (given, io) => {
    const answer = await connect(given).call('rotateKey', { params: { keyId: given.words[0] ?? '' }, body: {} });
    if (io.json) printJson(io, answer);
    else showSecret(io, answer);
    return 0;
  },
};

const revoke: Command = {
  name: 'key revoke',
  summary: 'End a key at once.',
  takes: ['KEY'],
  options: connecting,
  examples: [{ line: 'belay key revoke key_…', about: 'the agent is refused from now on' }],
  run: async (given, io) => {
    const answer = await connect(given).call('revokeKey', { params: { keyId: given.words[0] ?? '' } });
    if (io.json) printJson(io, answer);
    else io.out(`Key ${answer.keyId} of ${answer.agentId} is revoked.\n`);
    return 0;
  },
};

export const keyCommands = [create, list, rotate, revoke];
