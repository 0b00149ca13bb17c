/**
 * The card: what a channel shows of a case or an approval, independent of any vendor. Pure: made afresh from the state
 * each time it is sent, so that no surface tells an older truth than another. Texts are not yet inert: renderers see to
 * that (channels/inert.ts), because what is dangerous differs by vendor.
 */
import { formatDuration } from '@belay/control';
import {
  actionLabels,
  canonicalize,
  exactFirst,
  type FactView,
  type Json,
  type JsonObject,
  labelAndName,
  labelIn,
  labelUnder,
  type PacketView,
  type Reader,
  readable,
  readableTo,
  sayName,
  sayTarget,
  upper,
} from '@belay/protocol';
import { tooLittleKnown } from '../../domain/approval/incomplete.ts';
import { seatsFilled } from '../../domain/approval/quorum.ts';
import { candidates } from '../../domain/approval/signers.ts';
import { stillAsked } from '../../domain/case/open.ts';
import { type Organisation, resolveTarget, targetName } from '../../domain/oncall/organisation.ts';
import type { Approval, Case, Run } from '../../domain/run/run.ts';
import { personName } from '../present.ts';
import { storedPacket } from '../stored-packet.ts';

export type Subject = { kind: 'case' | 'approval'; id: string };

export type CardAction = keyof typeof actionLabels;
export type CardState = Case['status'] | Approval['status'];

/** A button carries what it was shown for; the decision compares all of it with what is true when it is pressed. */
export type CardButton = {
  action: CardAction;
  label: string;
  /** asks again before it counts */
  confirm: string | null;
  /** needs the arguments in full view: left out where they do not fit */
  needsArguments: boolean;
};

export type CardStep = {
  name: string;
  risk: 'low' | 'high';
  /** what people call it */
  label: string;
  effect: 'none' | 'reversible' | 'irreversible';
  digest: string;
  /** from the canonical form, never from what the agent says about them; `label`: in words, with the exact name beside it */
  arguments: { name: string; label: string; value: string }[];
};

/** Somebody of the organisation, with their addresses on the channels. */
export type CardPerson = { name: string; addresses: Record<string, string> };

export type Card = {
  subject: Subject;
  runId: string;
  control: string;
  agentId: string;
  state: CardState;
  /** nothing can be decided on it any more */
  settled: boolean;
  revision: number;
  urgency: number;
  title: string;
  /** why a person is needed, in one sentence */
  sentence: string;
  /** who is asked, who has it, who ended it */
  who: string;
  /** until when, and what comes then; null when nothing is due */
  until: string | null;
  /** the instant of it */
  dueAt: number | null;
  /** who has control */
  heldBy: CardPerson | null;
  /** who has reason to look at it, first those who are asked, then who has it, then who is told next */
  concerned: CardPerson[];
  step: CardStep | null;
  facts: { label: string; value: string; origin: string | null }[];
  /** further reasons and what else is required */
  also: string[];
  /** the agent's own words: for a labelled box below everything else */
  agentWords: string | null;
  buttons: CardButton[];
  /** why it cannot be signed from a card: it has to be read first, or too little is known */
  noSignature: string | null;
  /** of the inbox, and what the link says */
  url: string;
  urlLabel: string;
};

/** `reader`: in whose form amounts, dates and durations are written; without a locale, in the house form. */
export type CardContext = { org: Organisation; url: string; reader: Reader };

export const subjectKey = ({ kind, id }: Subject): string => `${kind}:${id}`;

export const parseSubject = (key: string): Subject | null => {
  const [, kind, id] = /^(case|approval):(\w+)$/.exec(key) ?? [];
  return kind === undefined || id === undefined ? null : { kind: kind as Subject['kind'], id };
};

/** An instant as its reader writes it; absolute and with its zone, so that it stays true on a card nobody edits. */
export const whenText = (at: number, { locale, zone }: Reader): string =>
  new Intl.DateTimeFormat(locale ?? 'en-GB', {
    timeZone: zone,
    weekday: 'short',
    day: 'numeric',
    month: 'short',
    hour: '2-digit',
    minute: '2-digit',
    timeZoneName: 'short',
  }).format(at);

/** Strings as they are, everything else as the canonical JSON that the digest is made of. */
export const argumentText = (value: Json): string => (typeof value === 'string' ? value : canonicalize(value));

const argumentsOf = (args: JsonObject, packet: PacketView | null, reader: Reader): CardStep['arguments'] =>
  Object.keys(args)
    .sort()
    .map((name) => {
      const value = args[name] ?? null;
      const row = packet?.arguments.find((one) => one.name === name);
      const type = row?.type ?? null;
      return {
        name,
        label: labelAndName(labelIn(packet, name), name),
        value: exactFirst(argumentText(value), value, type, reader),
      };
    });

type Known = { packet: PacketView | null; facts: FactView[] };

const factsOf = ({ packet, facts }: Known, reader: Reader): Card['facts'] => {
  const rows = (packet?.sections ?? []).flatMap(({ section, rows }) =>
    rows.map(({ label, origin, problem, value, type, text: house }) => {
      const text = readableTo(value, type, reader) ?? house;
      return {
        label: `${section}: ${labelUnder(section, label)}`,
        value: problem === null ? text : `${text} (${problem})`,
        origin,
      };
    }),
  );
  if (rows.length > 0) return rows;
  return facts.map(({ name, value, origin, problem }) => ({
    label: sayName(name),
    value: problem ?? argumentText(value),
    origin,
  }));
};

/** What would have decided otherwise, what is unusual, what is not known, and what follows from yes and no. */
const consequences = (packet: PacketView | null): string[] => {
  if (packet === null) return [];
  const { exceptional, onYes, onNo, completeness } = packet;
  const { percent, missing } = completeness;
  return [
    ...(packet.nearest ?? []).slice(0, 1),
    ...exceptional,
    ...(missing.length === 0 ? [] : [`${percent} % known; missing: ${missing.map(({ label }) => label).join(', ')}`]),
    ...(onYes === null ? [] : [`If yes: ${onYes}`]),
    ...(onNo === null ? [] : [`If no: ${onNo}`]),
  ];
};

const names = (org: Organisation, people: string[]): string =>
  people.map((personId) => personName(org, personId)).join(', ') || 'nobody';

const askedFor = (kase: Case, org: Organisation): string => {
  const told = kase.told.at(-1);
  if (told === undefined) return `Asked: ${targetName(org, kase.owner)}.`;
  return told.people.length === 0
    ? `Nobody could be reached at ${targetName(org, told.target)}.`
    : `Asked: ${names(org, stillAsked(kase))} (${targetName(org, told.target)}).`;
};

const caseWho = (kase: Case, run: Run, { org, reader }: CardContext): string => {
  const by = kase.claimedBy === null ? 'Somebody' : personName(org, kase.claimedBy);
  const closed = kase.closedAt === null ? '' : ` on ${whenText(kase.closedAt, reader)}`;
  switch (kase.status) {
    case 'open':
      return askedFor(kase, org);
    case 'claimed':
      return `${by} has control since ${whenText(kase.claimedAt ?? kase.openedAt, reader)}.`;
    case 'returned': {
      const said = run.instructions?.at === kase.closedAt ? `: ${run.instructions?.text ?? ''}` : '.';
      return `${by} gave control back${closed}${said}`;
    }
    case 'resolved':
      return `${by} finished the work${closed}: ${kase.resolution ?? ''}`.trim();
    case 'cancelled':
      return `Cancelled${closed}: ${kase.resolution ?? ''}`.trim();
  }
};

const cardPeople = (org: Organisation, people: readonly (string | null)[]): CardPerson[] =>
  [...new Set(people)].flatMap((personId) => {
    const person = org.people.find((one) => one.personId === personId);
    return person === undefined ? [] : [{ name: person.name, addresses: person.addresses }];
  });

/** Who is told next is whom the ladder would reach then, as things stand now. */
const concernedBy = (kase: Case, org: Organisation): CardPerson[] => {
  const { nextTarget, nextRungAt } = kase;
  const next = nextTarget === null || nextRungAt === null ? [] : resolveTarget(org, nextTarget, nextRungAt);
  return cardPeople(org, [...stillAsked(kase), kase.claimedBy, ...next.map(({ personId }) => personId)]);
};

const irreversible = 'This cannot be undone.';

const button = (action: CardAction, more: Partial<CardButton> = {}): CardButton => ({
  action,
  label: actionLabels[action],
  confirm: null,
  needsArguments: false,
  ...more,
});

const caseButtons = (kase: Case): CardButton[] => {
  const editable = (kase.step?.editable.length ?? 0) > 0;
  if (kase.status === 'open') return [button('takeOver'), button('decline')];
  if (kase.status !== 'claimed') return [];
  return [
    button('return'),
    ...(editable ? [button('edit', { needsArguments: true })] : []),
    button('resolve'),
    button('release', { confirm: 'The run is held again and others are asked.' }),
    button('decline'),
  ];
};

/** The card of a case. An ended case is shown from its own row: give it as `kase`. */
export const caseCard = (kase: Case, run: Run, context: CardContext): Card => {
  const { org, url, reader } = context;
  const next = kase.nextTarget === null ? '' : ` Then: ${targetName(org, kase.nextTarget)}.`;
  const open = kase.status === 'open' && kase.nextRungAt !== null;
  const inFlight = run.permits.filter((p) => p.status === 'redeemed' || p.status === 'inDoubt');
  const packet = storedPacket(kase.packet, kase.step?.step ?? '');
  return {
    subject: { kind: 'case', id: kase.caseId },
    runId: run.runId,
    control: run.control.name,
    agentId: run.agentId,
    state: kase.status,
    settled: kase.status !== 'open' && kase.status !== 'claimed',
    revision: kase.revision,
    urgency: kase.priority,
    title: kase.title,
    sentence: kase.reasons[0]?.because ?? '',
    who: caseWho(kase, run, context),
    until: open ? `Until ${whenText(kase.nextRungAt ?? 0, reader)}.${next}` : null,
    dueAt: open ? kase.nextRungAt : null,
    heldBy: cardPeople(org, [kase.claimedBy])[0] ?? null,
    concerned: concernedBy(kase, org),
    step:
      kase.step === null
        ? null
        : {
            name: kase.step.step,
            risk: kase.step.risk,
            label: packet?.step ?? sayName(kase.step.step),
            effect: kase.step.effect,
            digest: kase.step.digest,
            arguments: argumentsOf(kase.step.arguments, packet, reader),
          },
    facts: factsOf({ packet, facts: kase.step?.facts ?? [] }, reader),
    also: [
      ...consequences(packet),
      ...kase.reasons.slice(1).map((reason) => reason.because),
      ...kase.priorityBecause.map((because) => `Urgent: ${because}.`),
      ...inFlight.map((permit) => `${upper(sayName(permit.step))} is under way and cannot be recalled.`),
    ],
    agentWords: kase.agentWords,
    buttons: caseButtons(kase),
    noSignature: null,
    url: `${url}/cases/${kase.caseId}`,
    urlLabel: 'Open in the inbox',
  };
};

/** "1 of 2 signatures", or group by group: "1 of 2 of finance-approver, 0 of 1 of treasury-lead". */
const progressText = ({ groups, signatures }: Approval): string => {
  const filled = seatsFilled(groups, signatures);
  if (groups.length === 1) return `${filled[0] ?? 0} of ${groups[0]?.quorum ?? 1} signatures`;
  return groups.map(({ from, quorum }, index) => `${filled[index] ?? 0} of ${quorum} of ${sayTarget(from)}`).join(', ');
};

const approvalWho = (approval: Approval, run: Run, { org, reader }: CardContext, now: number): string => {
  const signed = approval.signatures.map((s) => `${personName(org, s.by)} (${whenText(s.at, reader)})`).join(', ');
  const at = approval.decidedAt === null ? '' : ` on ${whenText(approval.decidedAt, reader)}`;
  switch (approval.status) {
    case 'waiting': {
      const left = candidates(approval, { org, now }).map(({ person }) => person.personId);
      const so = signed === '' ? '' : ` Signed: ${signed}.`;
      return `${progressText(approval)}.${so} Asked: ${names(org, left)}.`;
    }
    case 'approved':
    case 'used':
      return `Signed off by ${signed}.`;
    case 'rejected': {
      const refused = run.rejections.findLast((r) => r.name === approval.name && r.digest === approval.digest);
      return `${refused === undefined ? 'Refused' : `${personName(org, refused.by)} refused`}${at}: ${approval.rejectedBecause ?? ''}`;
    }
    case 'expired':
      return `Nobody signed in time; it expired${at}.`;
    case 'void':
      return `It ended${at} because control moved.`;
  }
};

/** A card cannot tell who has read it for how long: where that is asked, it leads to where it can be told. */
const notSignedHere = (
  { mustOpen, dwellMs, freshSignInMs, packet = null }: Approval,
  reader: Reader,
): string | null => {
  const lacking = tooLittleKnown(packet);
  if (lacking !== null) return `It cannot be signed. ${lacking}`;
  const shown = (ms: number): string =>
    readable(formatDuration(ms), 'duration', { ...reader, locale: reader.locale ?? 'en' }) ?? formatDuration(ms);
  if (dwellMs > 0) return `Open to sign: it has to be before you for ${shown(dwellMs)} first.`;
  if (freshSignInMs !== null)
    return `Open to sign: it asks for a sign-in that is not older than ${shown(freshSignInMs)}.`;
  return mustOpen ? 'Open to sign: it has to be read in full first.' : null;
};

const approvalButtons = (effect: CardStep['effect'], mayBeSigned: boolean): CardButton[] => {
  const confirm = effect === 'irreversible' ? irreversible : null;
  return [...(mayBeSigned ? [button('approve', { confirm, needsArguments: true })] : []), button('reject')];
};

export const approvalCard = (
  approval: Approval,
  run: Run,
  { risk, effect }: Pick<CardStep, 'risk' | 'effect'>,
  now: number,
  context: CardContext,
): Card => {
  const { reader } = context;
  const packet = storedPacket(approval.packet, approval.step);
  const stepLabel = packet?.step ?? sayName(approval.step);
  const noSignature = approval.status === 'waiting' ? notSignedHere(approval, reader) : null;
  return {
    subject: { kind: 'approval', id: approval.approvalId },
    runId: run.runId,
    control: run.control.name,
    agentId: run.agentId,
    state: approval.status,
    settled: approval.status !== 'waiting',
    revision: approval.revision,
    urgency: 0,
    title: `Sign off ${stepLabel}: ${Object.values(run.subject).map(argumentText).join(' ')}`,
    sentence: approval.because[0] ?? '',
    who: approvalWho(approval, run, context, now),
    until:
      approval.status === 'waiting' && approval.expiresAt !== null
        ? `Until ${whenText(approval.expiresAt, reader)}.${approval.onExpiry === null ? ' Then people are told again.' : ` Then: ${approval.onExpiry}.`}`
        : null,
    dueAt: approval.status === 'waiting' ? approval.expiresAt : null,
    heldBy: null,
    concerned: cardPeople(
      context.org,
      candidates(approval, { org: context.org, now }).map(({ person }) => person.personId),
    ),
    step: {
      name: approval.step,
      risk,
      label: stepLabel,
      effect,
      digest: approval.digest,
      arguments: argumentsOf(approval.arguments, packet, reader),
    },
    facts: factsOf({ packet, facts: approval.facts }, reader),
    also: [...approval.because.slice(1), ...consequences(packet)],
    agentWords: approval.agentWords ?? null,
    buttons: approval.status === 'waiting' ? approvalButtons(effect, noSignature === null) : [],
    noSignature,
    url: `${context.url}/approvals/${approval.approvalId}`,
    urlLabel: noSignature === null ? 'Open in the inbox' : 'Open to sign',
  };
};
