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

export const linesFor = (
  subject: Subject,
  entries: readonly EntryRecord[],
  org: Organisation,
  personId: string | null,
): string[] => {
  const told = subject.kind === 'case' ? ofCases : ofApprovals;
  return entries
    .filter((entry) => entry.event !== null && told.has(entry.type) && isAbout(subject, entry.event))
    .map((entry) => `${whenText(entry.at, readerOf(org, personId))}: ${entryView(entry, org).sentence}`);
};
