/**
 * One press, from "somebody pressed" to what they are told. The vendor has shown who pressed; everything else is
 * decided here and in the domain: our workspace, a person of ours, entitled now, looking at what is true now. What
 * changes nothing is explained to that person alone, and leaves an entry.
 */
import { type Actor, actionLabels, digestOf, type Json } from '@belay/protocol';
import type { Person } from '../../domain/oncall/organisation.ts';
import { onApproval } from '../approvals.ts';
import { type Answer, type Ask, accountCounts, type Channel, type Press } from '../channel-ports.ts';
import type { Found } from '../delivery/card-store.ts';
import { type Card, subjectKey } from '../delivery/cards.ts';
import { addressOf, personAt } from '../delivery/places.ts';
import { onCase } from '../people.ts';
import { byField, commandOf, formOf, needsForm, refusedForm, wrongFields } from './forms.ts';
import { linkPrompt } from './link.ts';
import type { InboundPorts } from './ports.ts';

type Pressed = { channel: Channel; press: Press; key: string; deliveryId: string };

type Said = Extract<Answer, { kind: 'said' }>;
const said = (ok: boolean, text: string, card: Card | null): Said => ({ kind: 'said', ok, text, card });

type Standing = { found: Found; card: Card };
/** `now`: what stands, null where there is nothing; `wrong`: the whole of it, by the names of fields. */
type Why = { text: string; now: Standing | null; wrong?: Record<string, string> };

/** Nothing changed: told, and kept. */
const refused = async (
  { inbound, clock }: InboundPorts,
  { channel, press }: Pressed,
  by: Actor | null,
  { text, now, wrong = {} }: Why,
): Promise<Answer> => {
  const { action, subject, presser } = press;
  const kept = { channel: channel.name, address: presser.address, action, subject: subjectKey(subject), because: text };
  await inbound.refused(kept, by ?? { kind: 'system', id: 'belay' }, clock.now());
  const answer = said(false, text, now?.card ?? null);
  return press.fields === null ? answer : { ...answer, refusedForm: refusedForm(press, now, wrong) };
};

const letsThrough = ({ action, fields }: Press): boolean =>
  action === 'approve' || action === 'edit' || (action === 'return' && fields?.allowOnce === true);

/** In the inbox the same person is asked for a session; here anybody could have done it in their name. */
const tooWeak = (press: Press, { accountSigns = 'low' }: Channel, card: Card): boolean =>
  press.proof === 'account' && letsThrough(press) && !accountCounts(accountSigns, card.step?.risk ?? 'high');

/** Where this person can decide instead: the inbox, and channels that sign who presses and on which they are linked. */
const elsewhere = ({ channels }: InboundPorts, person: Person, { url }: Card): string => {
  const signing = [...channels.values()].filter(
    ({ name, verify, readBack }) => verify !== undefined && readBack === undefined && addressOf(person, name) !== null,
  );
  const cards = signing.length === 0 ? '' : ` or on your card in ${signing.map(({ title }) => title).join(' or ')}`;
  return `Decide in the inbox (${url})${cards}.`;
};

const outdated = new Set([
  'stale_revision',
  'case_not_open',
  'case_not_claimed',
  'not_claimer',
  'approval_not_waiting',
]);

const explain = (code: string, detail: string, card: Card | null, { revision }: Press): string => {
  if (!outdated.has(code) || card === null) return `Nothing was changed. ${detail}`;
  if (card.revision !== revision) return `Nothing was changed: this card had changed before you pressed. ${card.who}`;
  return code === 'case_not_claimed'
    ? `Nothing was changed: nobody has taken it over yet. ${card.who}`
    : `Nothing was changed. ${card.who}`;
};

const done: Record<Press['action'], string> = {
  takeOver: 'You have control. The agent is out until you give control back.',
  decline: 'Passed on.',
  return: 'Given back, with your instructions.',
  edit: 'Given back: the step is allowed once, as you edited it.',
  release: 'Put back; others are asked again.',
  resolve: 'Finished. The run is over.',
  approve: 'Your signature counts.',
  reject: 'Refused. The agent is told.',
};

const standing = async (ports: InboundPorts, { subject }: Press, personId: string): Promise<Standing | null> => {
  const found = await ports.find(subject);
  return found === null ? null : { found, card: await ports.cardOf(found, personId) };
};

const offers = ({ buttons }: Card, { action }: Press): boolean => buttons.some((button) => button.action === action);

const decide = async (ports: InboundPorts, pressed: Pressed, personId: string, now: Standing): Promise<Answer> => {
  const { press, channel, key } = pressed;
  const by: Actor = { kind: 'person', id: personId };
  const wrong = wrongFields(press, now.found);
  const problems = Object.values(wrong).join(' ');
  if (problems !== '') {
    const text = offers(now.card, press)
      ? `Nothing was changed. ${problems}`
      : explain('stale_revision', '', now.card, press);
    return refused(ports, pressed, by, { text, now, wrong });
  }
  const bodyDigest = digestOf(press as unknown as Json);
  const caller = { personId, idempotency: { caller: `channel:${channel.name}`, key, bodyDigest } };
  const wanted = commandOf(press, now.found);
  const outcome =
    wanted.about === 'case'
      ? await onCase(ports, caller, press.subject.id, wanted.command)
      : await onApproval(ports, caller, wanted.command);
  const after = await standing(ports, press, personId);
  if (outcome.ok) return said(true, done[press.action], after?.card ?? null);
  const { code, detail, byArgument = {} } = outcome.refused;
  const text = explain(code, detail, after?.card ?? null, press);
  return refused(ports, pressed, by, { text, now: after, wrong: byField(byArgument) });
};

const notThere = ({ subject, action }: Press, found: Found | null): string => {
  if (found === null) return `there is no ${subject.kind} ${subject.id}`;
  const asked = found.kind === 'case' ? 'a person is asked to take over, and no signature' : 'a signature is asked for';
  return `“${actionLabels[action]}” is for something else; here ${asked}`;
};

/** Does nobody of the organisation have this account? */
export const isUnlinked = async (ports: InboundPorts, channel: Channel, { presser }: Press): Promise<boolean> =>
  personAt(await ports.house.organisation(true), channel.name, presser.address) === null;

/** Decides one press. The same key is decided once, whatever happens in between. */
export const answerPress = async (ports: InboundPorts, pressed: Pressed): Promise<Answer> => {
  const { channel, press, deliveryId } = pressed;
  const org = await ports.house.organisation(true);
  const person = personAt(org, channel.name, press.presser.address);
  if (person === null) {
    const prompt = await linkPrompt(ports, channel, press.presser.address, deliveryId);
    await refused(ports, pressed, null, { text: prompt.text, now: null });
    return prompt;
  }
  const by: Actor = { kind: 'person', id: person.personId };
  const found = await ports.find(press.subject);
  if (found === null || (found.kind === 'approval') !== (press.action === 'approve' || press.action === 'reject'))
    return refused(ports, pressed, by, { text: `Nothing was changed: ${notThere(press, found)}.`, now: null });
  const card = await ports.cardOf(found, person.personId);
  const now = { found, card };
  if (tooWeak(press, channel, card)) {
    const because = `${channel.title} cannot prove who did it, and this step needs that`;
    return refused(ports, pressed, by, {
      text: `Nothing was changed: ${because}. ${elsewhere(ports, person, card)}`,
      now: null,
    });
  }
  if (!needsForm(press)) return decide(ports, pressed, person.personId, now);
  const stands = card.revision === press.revision && offers(card, press);
  // Nobody writes what cannot count: whoever has it decides.
  const isOthers = found.kind === 'case' && ![null, person.personId].includes(found.kase.claimedBy);
  const form = stands && !isOthers ? formOf(press, found, card) : null;
  if (form !== null) return { kind: 'form', form };
  return refused(ports, pressed, by, { text: explain('stale_revision', '', card, press), now });
};

/** Somebody of another workspace: not told anything about what is here. */
export const isOurs = (channel: Channel, { presser }: Ask): boolean =>
  channel.workspaces?.includes(presser.workspace) === true;
