/**
 * How a version of a control comes into force: it is read, checked with the people there are, and published by one
 * designer, or drafted by one and published by another. What the check found is kept with the version.
 */
import {
  acceptLine,
  type Control,
  type ControlProblem,
  checkControl,
  controlDigest,
  type Judged,
  judgeFindings,
  parseControl,
  placeOf,
} from '@belay/control';
import type { ControlRef, ErrorCode, VersionFinding } from '@belay/protocol';
import { viewOf } from '../domain/oncall/coverage.ts';
import type { Organisation } from '../domain/oncall/organisation.ts';
import { day } from '../domain/oncall/wallclock.ts';
import type { Clock } from './ports.ts';

/** A control that was read and has passed its check. */
export type Submission = {
  name: string;
  digest: string;
  parsed: Control;
  source: string;
  file: string;
  findings: VersionFinding[];
};
export type PublishedControl = ControlRef & {
  parsed: Control;
  source: string;
  findings: VersionFinding[];
  publishedAt: number;
  publishedBy: string;
  draftedBy: string | null;
};
export type Draft = Omit<Submission, 'file'> & { draftedAt: number; draftedBy: string };

export type PublishingStore = {
  control(name: string, version: number | null): Promise<PublishedControl | null>;
  /** not fresh: the version in force says the same */
  publish(
    submission: Submission,
    by: { publishedAt: number; publishedBy: string },
  ): Promise<{ published: PublishedControl; fresh: boolean }>;
  keepDraft(submission: Submission, by: { draftedAt: number; draftedBy: string }): Promise<Draft>;
  draft(name: string): Promise<Draft | null>;
  /** publishes the draft as it is in the database; null when it has another digest by now */
  publishDraft(
    name: string,
    digest: string,
    by: { publishedAt: number; publishedBy: string },
  ): Promise<PublishedControl | null>;
  /** false: it has another digest by now */
  withdrawDraft(name: string, digest: string, by: { at: number; by: string; because: string }): Promise<boolean>;
};

type Invalid = { ok: false; problems: ControlProblem[] };
type Read = { ok: true; submission: Submission; problems: ControlProblem[] } | Invalid;
export type Published = { ok: true; published: PublishedControl; fresh: boolean; problems: ControlProblem[] } | Invalid;
export type Drafted = { ok: true; draft: Draft } | Invalid;
export type Decision<T> = { ok: true; value: T } | { ok: false; code: ErrorCode; detail: string };

/** A finding as a problem of the text: where it stands, what it is, how to mend it or to give the reason for it. */
const problemOf = (source: string, file: string, found: Judged): ControlProblem => {
  const accept = found.severity === 'warning' ? ` Or give its reason under \`accepts\`: ${acceptLine(found)}` : '';
  const { code, sentence: message, edit } = found;
  return { code, severity: 'error', file, ...placeOf(source, found), message, remedy: `${edit}${accept}` };
};

/** On a new server every role is missing, and that is one mistake, not twelve. */
const nobodyYet = (org: Organisation, file: string): ControlProblem[] =>
  org.schedules.length > 0 || org.people.some(({ roles }) => roles.length > 0)
    ? []
    : [
        {
          code: 'noOrganisation',
          severity: 'error',
          file,
          line: 1,
          column: 1,
          message: 'Nobody has a role on this server yet, and nobody is on call: no control can name an owner.',
          remedy: 'First `belay org apply FILE`; `belay org show --yaml` prints a file to begin with.',
        },
      ];

const kept = ({ code, severity, sentence, step, rule, accepted }: Judged): VersionFinding => ({
  code,
  severity,
  sentence,
  step,
  rule,
  accepted,
});

/** `kept`: for files that whoever runs the server hands it; they are published, and shown as what nobody gave a reason for. */
export type Warnings = 'needReasons' | 'kept';

type Parsed = Extract<ReturnType<typeof parseControl>, { ok: true }>;
type Text = { source: string; file: string };

type Parts = {
  store: PublishingStore;
  clock: Clock;
  organisation: () => Promise<Organisation>;
  /** a new version is in force: whoever remembers the old one forgets it */
  changed(name: string): void;
};

const anotherWaits = (name: string) =>
  ({ ok: false, code: 'draft_changed', detail: `Another draft of ${name} waits by now.` }) as const;

export const createPublishing = ({ store, clock, organisation, changed }: Parts) => {
  const check = async (
    { control: parsed, problems }: Parsed,
    { source, file, warnings }: Text & { warnings: Warnings },
  ): Promise<Read> => {
    const from = clock.now();
    const org = await organisation();
    const people = viewOf(org, { from, to: from + 365 * day });
    const { findings, refused } = judgeFindings(parsed, checkControl(parsed, people), true);
    const against = refused.filter(({ severity }) => severity === 'error' || warnings === 'needReasons');
    if (against.length > 0)
      return { ok: false, problems: [...nobodyYet(org, file), ...against.map((one) => problemOf(source, file, one))] };
    const digest = controlDigest(parsed);
    const submission = { name: parsed.name, digest, parsed, source, file, findings: findings.map(kept) };
    return { ok: true, submission, problems };
  };

  const read = async (text: Text & { warnings: Warnings }): Promise<Read> => {
    const result = parseControl(text.source, text.file);
    return result.ok ? check(result, text) : result;
  };

  return {
    publish: async (source: string, file: string, by: string, warnings: Warnings = 'kept'): Promise<Published> => {
      const parsed = parseControl(source, file);
      if (!parsed.ok) return parsed;
      // What says the same as the version in force is not checked again: it is there already.
      const current = await store.control(parsed.control.name, null);
      if (current?.digest === controlDigest(parsed.control))
        return { ok: true, published: current, fresh: false, problems: [] };
      const result = await check(parsed, { source, file, warnings });
      if (!result.ok) return result;
      const { submission, problems } = result;
      const done = await store.publish(submission, { publishedAt: clock.now(), publishedBy: by });
      changed(submission.name);
      return { ok: true, ...done, problems };
    },

    keepDraft: async (source: string, file: string, by: string): Promise<Drafted> => {
      const result = await read({ source, file, warnings: 'needReasons' });
      if (!result.ok) return result;
      return {
        ok: true,
        draft: await store.keepDraft(result.submission, { draftedAt: clock.now(), draftedBy: by }),
      };
    },

    draft: (name: string): Promise<Draft | null> => store.draft(name),

    publishDraft: async (name: string, digest: string, by: string): Promise<Decision<PublishedControl>> => {
      const draft = await store.draft(name);
      if (draft === null) return { ok: false, code: 'draft_not_found', detail: `No draft of ${name} waits.` };
      if (draft.draftedBy === by)
        return {
          ok: false,
          code: 'separation_of_duties',
          detail: `You drafted ${name} yourself; another designer publishes it.`,
        };
      // What is checked here is what is published: another one may come, or this one go, until the commit.
      if (draft.digest !== digest) return anotherWaits(name);
      const again = await read({
        source: draft.source,
        file: `${name}.control.yaml`,
        warnings: 'needReasons',
      });
      if (!again.ok)
        return { ok: false, code: 'control_invalid', detail: again.problems.map(({ message }) => message).join('\n') };
      const published = await store.publishDraft(name, digest, { publishedAt: clock.now(), publishedBy: by });
      if (published === null) return anotherWaits(name);
      changed(name);
      return { ok: true, value: published };
    },

    withdrawDraft: async (name: string, digest: string, because: string, by: string): Promise<Decision<null>> => {
      if ((await store.draft(name)) === null)
        return { ok: false, code: 'draft_not_found', detail: `No draft of ${name} waits.` };
      if (await store.withdrawDraft(name, digest, { at: clock.now(), by, because })) return { ok: true, value: null };
      return anotherWaits(name);
    },
  };
};
