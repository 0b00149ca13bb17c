import { expect, it } from 'vitest';
import { controlWith, minutes, org, pay, Story } from '../domain/story.testing.ts';
import { approvalView } from './present-approval.ts';

it('somebody who was signed for is shown that, and may take it back: no second vote is offered', () => {
  const told = new Story();
  told.control = controlWith('sign-off: { from: role:signers,', 'sign-off: { quorum: 2, from: role:signers,');
  const delegation = { delegationId: 'd', from: 'ben', to: 'ann', approval: null, because: 'Away.', by: 'ben' };
  told.organisation = { ...org, delegations: [{ ...delegation, since: 0, until: minutes(30) }] };
  told.ask({ args: pay('500.00') }).sign('ann');
  const [approval] = told.run.approvals;
  if (approval === undefined) throw new Error('nothing was asked for');
  const { you } = approvalView(approval, told.run, told.context({ kind: 'person', id: 'ben' }));
  expect(you).toMatchObject({ allowed: ['withdraw'], because: expect.stringContaining('Ann signed in your stead') });
  expect(told.sign('ben').refused).toBe('approval_not_waiting');
});
