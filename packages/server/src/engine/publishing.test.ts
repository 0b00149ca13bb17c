import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { emptyOrganisation, type Organisation } from '../domain/oncall/organisation.ts';
import { parseOrganisation } from '../domain/oncall/parse.ts';
import { person } from '../domain/oncall/schedule.testing.ts';
import { createPublishing, type PublishingStore } from './publishing.ts';

const source = readFileSync(new URL('../../../../controls/payment-approval.control.yaml', import.meta.url), 'utf8');

const problemsWith = async (org: Organisation): Promise<string[]> => {
  const store = { control: async () => null } as unknown as PublishingStore;
  const clock = { now: () => Date.UTC(2026, 2, 2) } as never;
  const publishing = createPublishing({ store, clock, organisation: async () => org, changed: () => {} });
  const published = await publishing.publish(source, 'payment.control.yaml', 'admin');
  return published.ok ? [] : published.problems.map(({ message, remedy }) => `${message} ${remedy}`);
};

describe('publishing on a server that knows nobody', () => {
  it('says first that the organisation is to be applied', async () => {
    const [first, ...others] = await problemsWith(emptyOrganisation);
    expect(first).toContain('belay org apply FILE');
    expect(first).toContain('belay org show --yaml');
    expect(first, 'an installed Belay has no samples').not.toContain('controls/');
    expect(others.join()).toContain('Nobody has the role "treasury-lead"');
  });

  it('says only what is wrong with the control where somebody has a role', async () => {
    const problems = await problemsWith({ ...emptyOrganisation, people: [person('ann', { roles: ['finance'] })] });
    expect(problems.length).toBeGreaterThan(0);
    expect(problems.join()).not.toContain('belay org apply FILE');
  });
});

describe('a draft', () => {
  const sample = parseOrganisation(
    readFileSync(new URL('../../../../controls/organisation.yaml', import.meta.url), 'utf8'),
    'organisation.yaml',
  );

  it('is published only as it was when it was read: nobody slips their own in while it is checked', async () => {
    if (!sample.ok) throw new Error('the sample organisation cannot be read');
    let draft = { source, digest: 'sha256:of-ann', draftedBy: 'ann' };
    const store = {
      draft: async () => draft,
      publishDraft: async (_name: string, digest: string) => (draft.digest === digest ? draft : null),
    } as unknown as PublishingStore;
    const organisation = async (): Promise<Organisation> => {
      draft = { ...draft, digest: 'sha256:of-ben', draftedBy: 'ben' };
      return sample.organisation;
    };
    const clock = { now: () => Date.UTC(2026, 2, 2) } as never;
    const publishing = createPublishing({ store, clock, organisation, changed: () => {} });
    const done = await publishing.publishDraft('payment-approval', 'sha256:of-ben', 'ben');
    expect(done).toMatchObject({ ok: false, code: 'draft_changed' });
  });
});
