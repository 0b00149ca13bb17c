/** The lines under a card: what happened to its case or approval since the last one, in the words of the timeline. */
import type { JsonObject } from '@belay/protocol';
import { type Organisation, readerOf } from '../../domain/oncall/organisation.ts';
import { type EntryRecord, entryView } from '../entry-view.ts';
import { type Subject, whenText } from './cards.ts';

const ofCases = new Set([
  'CaseReasonAdded',
  'RungFired',
  'CaseClaimed',
  'BreakGlassUsed',
  'CaseDeclined',
  'CaseReleased',
  'CaseReturned',
  'CaseResolved',
  'CaseCancelled',
  'ClaimIdled',
]);
const ofApprovals = new Set([
  'ApprovalSigned',
  'ApprovalRejected',
  'ApprovalExpired',
  'ApprovalVoided',
  'ApprovalUsed',
]);

const isAbout = ({ kind, id }: Subject, event: JsonObject): boolean =>
  kind === 'case' ? event.caseId === undefined || event.caseId === id : event.approvalId === id;

/** `seq`: of the entry that it tells. */
export type Line = { seq: number; text: string };

export const linesFor = (
  subject: Subject,
  entries: readonly EntryRecord[],
  org: Organisation,
  personId: string | null,
): Line[] => {
  const told = subject.kind === 'case' ? ofCases : ofApprovals;
  return entries
    .filter((entry) => entry.event !== null && told.has(entry.type) && isAbout(subject, entry.event))
    .map((entry) => ({
      seq: entry.seq,
      text: `${whenText(entry.at, readerOf(org, personId))}: ${entryView(entry, org).sentence}`,
    }));
};

/** In characters: what every channel can say in one message, so that none cuts a line off. */
const mostTogether = 5_000;

/** As many of the first as go into one message; one at least. */
export const together = (lines: readonly Line[]): Line[] => {
  let length = 0;
  const tooMany = lines.findIndex(({ text }, index) => {
    length += text.length + 1;
    return index > 0 && length > mostTogether;
  });
  return lines.slice(0, tooMany < 0 ? lines.length : tooMany);
};
