/** A version comes into force only when its check passes, with the reasons for what was accepted, and by two people where that is asked. */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Client, createWorld, root, type World } from '../world.ts';

const payment = readFileSync(root('controls/payment-approval.control.yaml'), 'utf8');
const looser = payment.replace('amount > EUR 500.00', 'amount > EUR 800.00');
const without = payment.split('\naccepts:')[0] ?? '';
const name = 'payment-approval';

let world: World;
let amelie: Client;
let farah: Client;

beforeAll(async () => {
  world = await createWorld();
  amelie = await world.person('amelie');
  farah = await world.person('farah');
});
afterAll(() => world.close());

const publish = (who: Client, source: string) =>
  who.call('publishControl', { body: { source, file: 'payment-approval.control.yaml' } });
const draft = (who: Client, source: string) =>
  who.call('draftControl', { body: { source, file: 'payment-approval.control.yaml' } });
const entries = async (type: string) =>
  (await world.app.services.queries.entriesOf(`control:${name}`, 0, 100)).filter((entry) => entry.type === type);

describe('a control that does not pass its check', () => {
  it('is refused with the place of each finding, how to mend it, and how to give a reason', async () => {
    const { status, problem } = await publish(amelie, without);
    expect([status, problem.code]).toEqual([422, 'control_invalid']);
    expect(problem.errors).toHaveLength(2);
    expect(problem.errors?.[0]?.path).toMatch(/^payment-approval\.control\.yaml:\d+:\d+$/);
    expect(problem.errors?.[0]?.message).toContain('- { finding: quorumTight, of: finance-sign-off, because: "…" }');
    expect((await amelie.call('getControl', { params: { name }, query: {} })).body.version).toBe(1);
  });

  it('is refused for what the people of today cannot do, although its text is right', async () => {
    const { problem } = await publish(amelie, payment.replace('from: role:treasury-lead', 'from: role:nobody'));
    expect(problem.errors?.map(({ message }) => message).join()).toContain('Nobody has the role "nobody"');
  });

  it('cannot be published with an error, whatever reason is given', async () => {
    const { problem } = await publish(amelie, payment.replace('finding: quorumTight', 'finding: neverFires'));
    expect(problem.detail).toContain('accepts[0].finding must be one of');
  });
});

describe('a version that was published', () => {
  it('keeps what was found and why it was accepted, in the API and in the evidence', async () => {
    const { body } = await amelie.call('getControl', { params: { name }, query: {} });
    const accepted = body.findings.filter((finding) => finding.accepted !== null);
    expect(accepted.map(({ code }) => code)).toEqual(['quorumTight', 'quorumTight']);
    const [first] = await entries('ControlPublished');
    expect(first?.event).toMatchObject({ accepted: [{ finding: 'quorumTight', of: 'finance-sign-off' }, {}] });
  });

  it('is not made again by the same text', async () => {
    const again = await publish(amelie, payment);
    expect([again.status, again.body.version]).toEqual([200, 1]);
  });

  it('is told apart from the next in words, and both are listed with the runs under them', async () => {
    const agent = await world.agent('payables');
    await agent.call('startRun', { body: { control: name, subject: { invoiceId: 'i-1' } } });
    expect((await publish(amelie, looser)).status).toBe(201);
    const { body } = await amelie.call('compareVersions', { params: { name }, query: { before: 1, after: 2 } });
    expect(body.weaker).toBe(true);
    expect(body.differences[0]).toMatchObject({
      weaker: true,
      sentence: expect.stringContaining('when amount is from EUR 500.01 to EUR 800.00'),
    });
    const versions = await amelie.call('listVersions', { params: { name }, query: {} });
    expect(versions.body.items.map(({ version, openRuns }) => [version, openRuns])).toEqual([
      [2, 0],
      [1, 1],
    ]);
  });

  it('is a page to read, with its drawing', async () => {
    const { body } = await farah.call('getControlPage', { params: { name }, query: { version: 1 } });
    expect(body.page).toMatchObject({ owner: 'finance operations', title: 'payment approval' });
    expect(body.drawing).toMatchObject({ boxes: expect.any(Array), width: expect.any(Number) });
    const none = await farah.call('getControlPage', { params: { name }, query: { version: 9 } });
    expect(none.problem).toMatchObject({ code: 'control_not_found', detail: `${name} has no version 9.` });
  });
});

describe('a version that one designer drafts', () => {
  it('is published by another one, who sees how it differs', async () => {
    const { body: drafted } = await draft(amelie, payment);
    const shown = await farah.call('getDraft', { params: { name } });
    expect(shown.body.draft).toMatchObject({ draftedBy: 'amelie', comparison: { weaker: false } });
    const own = await amelie.call('publishDraft', { params: { name }, body: { digest: drafted.digest } });
    expect(own.problem.code).toBe('separation_of_duties');
    const done = await farah.call('publishDraft', { params: { name }, body: { digest: drafted.digest } });
    expect(done.body).toMatchObject({ version: 3, publishedBy: 'farah', draftedBy: 'amelie' });
    expect((await farah.call('getDraft', { params: { name } })).body).toEqual({ draft: null });
    expect((await entries('ControlDrafted')).length).toBe(1);
  });

  it('is not what is published when another one took its place', async () => {
    const { body: first } = await draft(amelie, looser);
    await draft(amelie, payment.replace('amount > EUR 500.00', 'amount > EUR 900.00'));
    const stale = await farah.call('publishDraft', { params: { name }, body: { digest: first.digest } });
    expect([stale.status, stale.problem.code]).toEqual([409, 'draft_changed']);
    expect((await farah.call('getControl', { params: { name }, query: {} })).body.version).toBe(3);
  });

  it('is withdrawn with a reason that stays', async () => {
    const { body: shown } = await farah.call('getDraft', { params: { name } });
    const body = { digest: shown.draft?.digest ?? '', because: 'EUR 900 is too much.' };
    expect((await farah.call('withdrawDraft', { params: { name }, body })).ok).toBe(true);
    expect((await entries('DraftWithdrawn'))[0]?.event).toMatchObject({ because: 'EUR 900 is too much.' });
    expect((await farah.call('withdrawDraft', { params: { name }, body })).problem.code).toBe('draft_not_found');
  });

  it('needs the right of a designer, to draft and to publish', async () => {
    const bruno = await world.person('bruno');
    expect((await draft(bruno, looser)).problem.code).toBe('not_entitled');
    const body = { digest: 'sha256:0' };
    expect((await bruno.call('publishDraft', { params: { name }, body })).problem.code).toBe('not_entitled');
  });
});

it('where a second person is asked for, nobody publishes alone', async () => {
  const strict = await createWorld({ secondPerson: true });
  try {
    const alone = await publish(await strict.person('amelie'), looser);
    expect([alone.status, alone.problem.code]).toEqual([409, 'second_person_needed']);
  } finally {
    await strict.close();
  }
});
