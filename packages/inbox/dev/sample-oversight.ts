/** Samples and exceptions of the sample world, as the server would show them. */
import { digestOf, type ExceptionView, type PersonView, type SampleView } from '@belay/protocol';
import { ago, ahead } from './fixtures.ts';
import { Refusal } from './refusal.ts';

const control = { name: 'payment-approval', version: 3, digest: `sha256:${'3'.repeat(64)}` };

const sample = (now: number, index: number, more: Partial<SampleView> = {}): SampleView => {
  const args = { invoiceId: `INV-20${index}`, beneficiaryId: 'ben-311', amount: `EUR ${120 + index}.50` };
  return {
    sampleId: `sample-${index}`,
    runId: 'run-2045',
    control,
    agentId: 'ap-agent',
    subject: { invoiceId: args.invoiceId },
    step: 'release-payment',
    key: `pay-${index}`,
    digest: digestOf(args),
    arguments: args,
    because: `Invoice ${args.invoiceId} is matched, unpaid, and goes to a known beneficiary.`,
    by: 'role:finance-operations',
    at: ago(now, 60 * 24 * index),
    dueAt: ahead(now, 60 * 24 * 5),
    verdict: null,
    reviewedBy: null,
    reviewedByName: null,
    comment: null,
    reviewedAt: null,
    ...more,
  };
};

const exception = (now: number, index: number, more: Partial<ExceptionView>): ExceptionView => ({
  entryId: `entry-${index}`,
  kind: 'refusedVote',
  sentence: 'Ann Berg tried to sign and may not (separation_of_duties): they asked for it.',
  runId: 'run-2041',
  control: 'payment-approval',
  by: { kind: 'person', id: 'ann' },
  byName: 'Ann Berg',
  at: ago(now, 60 * 5 * index),
  open: false,
  ...more,
});

export class SampleOversight {
  samples: SampleView[];
  readonly exceptions: ExceptionView[];
  private readonly now: () => number;

  constructor(now: () => number) {
    this.now = now;
    const at = now();
    const looked = {
      verdict: 'right',
      reviewedBy: 'dana',
      reviewedByName: 'Dana Okafor',
      reviewedAt: ago(at, 90),
    } as const;
    this.samples = [sample(at, 1), sample(at, 2), sample(at, 3), sample(at, 4, { ...looked, dueAt: null })];
    this.exceptions = [
      exception(at, 1, {}),
      exception(at, 2, {
        kind: 'breakGlass',
        open: true,
        runId: 'run-2039',
        sentence: 'Bo Lindqvist used break-glass: the bank was about to close. Told: Cem Aydin.',
        by: { kind: 'person', id: 'bo' },
        byName: 'Bo Lindqvist',
      }),
      exception(at, 3, {
        kind: 'stopped',
        runId: null,
        control: null,
        sentence: 'Dana Okafor stopped everything: drill.',
      }),
    ];
  }

  review(me: PersonView, sampleId: string, verdict: 'right' | 'wrong', comment: string | null): SampleView {
    const known = this.samples.find((one) => one.sampleId === sampleId && one.verdict === null);
    if (known === undefined)
      throw new Refusal('not_found', `${sampleId} waits for no review: somebody has looked at it.`);
    const at = new Date(this.now()).toISOString();
    const said = { verdict, comment, reviewedBy: me.personId, reviewedByName: me.name, reviewedAt: at, dueAt: null };
    const judged = { ...known, ...said };
    this.samples = this.samples.map((one) => (one === known ? judged : one));
    return judged;
  }
}
