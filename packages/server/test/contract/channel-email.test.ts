/** Mail tells and takes nothing in. A real SMTP server takes it; a real parser reads what a person would see. */
import type { AddressInfo } from 'node:net';
import { type ParsedMail, simpleParser } from 'mailparser';
import { SMTPServer } from 'smtp-server';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createEmail } from '../../src/channels/email/index.ts';
import { createWorld, invoice, type World } from '../world.ts';
import { corpus } from './corpus.ts';

type Next = 'take' | 'takeAndCut' | { code: number; at: 'recipient' | 'data' | 'login' };
const letters: ParsedMail[] = [];
const next: Next[] = [];
let server: SMTPServer;
let world: World;
const people = { amelie: 'amelie.laurent@example.com', bruno: 'bruno.ferrari@example.com' };

const smtpError = (code: number): Error => Object.assign(new Error('as told'), { responseCode: code });
const meets = (at: 'recipient' | 'data' | 'login'): Error | null => {
  const [first] = next;
  if (typeof first !== 'object' || first.at !== at) return null;
  next.shift();
  return smtpError(first.code);
};

const listen = (): Promise<SMTPServer> => {
  const smtp = new SMTPServer({
    closeTimeout: 200,
    disabledCommands: ['STARTTLS'],
    authOptional: false,
    onAuth: ({ username, password }, _session, done) =>
      meets('login') !== null || username !== 'belay' || password !== 'secret'
        ? done(smtpError(535))
        : done(null, { user: username }),
    onRcptTo: (_address, _session, done) => done(meets('recipient')),
    onData: (stream, _session, done) => {
      void simpleParser(stream).then((mail) => {
        const wrong = meets('data');
        if (wrong !== null) return done(wrong);
        letters.push(mail);
        if (next[0] !== 'takeAndCut') return done();
        next.shift();
        for (const connection of smtp.connections as Iterable<{ _socket: { destroy(): void } }>)
          connection._socket.destroy();
      });
    },
  });
  smtp.on('error', () => undefined);
  return new Promise((resolve) => smtp.listen(0, '127.0.0.1', () => resolve(smtp)));
};

beforeAll(async () => {
  server = await listen();
  const { port } = server.server.address() as AddressInfo;
  const channel = createEmail({ server: `smtp://belay:secret@127.0.0.1:${port}`, from: 'Belay <belay@acme.example>' });
  world = await createWorld({
    controls: ['payment-approval'],
    channels: [channel],
    edit: (source) => `${source}\nchannels: { email: "desk@example.com" }\n`,
  });
});
afterAll(async () => {
  await world.close();
  await new Promise<void>((resolve) => server.close(() => resolve()));
});

const handOff = async (id: string, { name, words }: { name?: string; words?: string } = {}): Promise<string> => {
  const agent = await world.agent(`bot-${id}`, ['payment-approval']);
  const args = invoice(world.records, id, { vendor: { ageDays: 3, ...(name === undefined ? {} : { name }) } });
  const { body } = await agent.call('startRun', { body: { control: 'payment-approval', subject: { invoiceId: id } } });
  const gated = await agent.call('gate', {
    params: { runId: body.run.runId },
    body: { epoch: 1, step: 'release-payment', arguments: args, key: 'pay', ...(words === undefined ? {} : { words }) },
  });
  if (gated.body.kind !== 'handoff') throw new Error(JSON.stringify(gated.body));
  await world.app.deliverOwed();
  return gated.body.caseId;
};

const to = (mail: ParsedMail): string =>
  [mail.to]
    .flat()
    .map((one) => one?.text)
    .join(', ');
const about = (id: string): ParsedMail[] =>
  letters.filter((mail) => mail.text?.includes(id) || mail.subject?.includes(id));
const passed = async (time: string): Promise<void> => {
  world.moveClock(time);
  await world.app.deliverOwed();
};

it('writes to the desk and to whoever is asked, with the reason and the exact arguments', async () => {
  await handOff('ML-1');
  expect(about('ML-1').map(to).sort()).toEqual([people.amelie, 'desk@example.com'].sort());
  for (const mail of about('ML-1')) {
    expect(mail.subject).toContain('Needs a person');
    expect(mail.text).toContain('Nordwind GmbH was added 3 days ago');
    expect(mail.text).toContain('beneficiary ID (beneficiaryId): ben-ML-1');
    expect(mail.headers.get('auto-submitted')).toBe('auto-generated');
    expect(mail.messageId).toMatch(/@acme\.example>$/);
  }
});

it('answers in the same thread when somebody takes over, and when it is over', async () => {
  const caseId = await handOff('ML-2');
  const [first] = about('ML-2').filter((mail) => to(mail) === 'desk@example.com');
  const bruno = await world.person('bruno');
  const { revision } = (await bruno.call('getCase', { params: { caseId } })).body;
  await bruno.call('claimCase', { params: { caseId }, body: { revision } });
  await world.app.deliverOwed();
  const answers = () => letters.filter((mail) => mail.inReplyTo === first?.messageId);
  expect(
    answers()
      .map((mail) => mail.text)
      .join('\n'),
  ).toContain('Bruno Ferrari took over');
  const claimed = (await bruno.call('getCase', { params: { caseId } })).body;
  await bruno.call('resolveCase', {
    params: { caseId },
    body: { revision: claimed.revision, resolution: 'Paid by hand' },
  });
  await world.app.deliverOwed();
  expect(
    answers()
      .map((mail) => mail.text)
      .join('\n'),
  ).toContain('Paid by hand');
});

it('C30 takes no vote from a mail, and opening its link decides nothing', async () => {
  const caseId = await handOff('ML-3');
  const posted = await world.app.fetch(
    new Request('http://belay.test/channels/email/in', { method: 'POST', body: 'From: dana@example.com\n\napprove' }),
  );
  expect(posted.status).toBe(404);
  const links = about('ML-3').flatMap((mail) => mail.text?.match(/https?:\/\/\S+/g) ?? []);
  expect(new Set(links)).toEqual(new Set([`http://belay.test/cases/${caseId}`]));
  for (const url of links) for (const method of ['GET', 'HEAD']) await world.app.fetch(new Request(url, { method }));
  const dana = await world.person('dana');
  expect((await dana.call('getCase', { params: { caseId } })).body).toMatchObject({ status: 'open', revision: 1 });
});

it('C24 makes no link, format or header of what others wrote', async () => {
  for (const [index, text] of corpus.active.entries()) {
    await handOff(`TX-${index}-`, { name: `${text}\r\nBcc: evil@example.com`, words: text });
    for (const mail of about(`TX-${index}-`)) {
      expect(mail.bcc).toBeUndefined();
      const html = String(mail.html);
      expect(html.match(/<a /g)).toHaveLength(1);
      expect(html).not.toMatch(/<(?:img|script|b|at|strong>Approved)\b/);
      expect((mail.text ?? '').match(/https?:\/\/\S+/g)?.every((url) => url.startsWith('http://belay.test/'))).toBe(
        true,
      );
    }
  }
});

it('C10 a letter that was taken although the connection was cut is repeated under the same id', async () => {
  next.push('takeAndCut');
  await handOff('ML-10');
  await passed('1m');
  const ids = about('ML-10')
    .filter((mail) => mail.inReplyTo === undefined)
    .map((mail) => `${to(mail)} ${mail.messageId}`);
  expect(ids.length).toBeGreaterThan(2);
  expect(new Set(ids).size).toBe(2);
});

it('C9 C10 what the mail server puts off is sent later, and nothing before', async () => {
  next.push({ code: 450, at: 'recipient' }, { code: 451, at: 'data' });
  await handOff('ML-9');
  expect(about('ML-9')).toHaveLength(0);
  await passed('1m');
  await passed('1m');
  expect(about('ML-9').filter((mail) => mail.inReplyTo === undefined)).toHaveLength(2);
});

it('C12 a refused account marks the channel; it is noticed when it works again', async () => {
  next.push({ code: 535, at: 'login' }, { code: 535, at: 'login' });
  await handOff('ML-12');
  const failed = async (type: string) =>
    (await world.pool.query('SELECT 1 FROM entries WHERE type = $1', [type])).rowCount ?? 0;
  expect(await failed('ChannelFailed')).toBe(1);
  next.length = 0;
  await passed('15m');
  await passed('15m');
  expect(await failed('ChannelRecovered')).toBe(1);
});

it('C26 a card of any length is a letter', async () => {
  await handOff('ML-26', { name: 'x'.repeat(1_000_000), words: 'y'.repeat(20_000) });
  for (const mail of about('ML-26')) expect((mail.text ?? '').length).toBeLessThan(40_000);
});
