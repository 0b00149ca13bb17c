/** What is asked before a change that others will read, and the command it becomes. Data for the one dialog. */
import { actionLabels, type CaseView } from '@belay/protocol';
import type { Asked } from '../parts/ReasonDialog.tsx';
import type { CaseCommand } from './act.ts';

export type QuestionName = 'decline' | 'release' | 'resolve' | 'cancel' | 'takeFrom';

export const questionFor = (name: QuestionName, shown: CaseView): Asked => {
  switch (name) {
    case 'decline':
      return {
        title: actionLabels.decline,
        explain:
          'You are not told again while others can be. If you were told, it counts as a wrong handoff, so that the routing can be mended; once nobody who was told is left, the next person is told.',
        label: 'Why is it not yours?',
        placeholder: 'Bank details belong to vendor management.',
        confirm: 'Pass it on',
      };
    case 'release':
      return {
        title: actionLabels.release,
        explain: `Somebody else can take it over. ${shown.agentId} stays out until then.`,
        label: 'What should the next person know?',
        confirm: actionLabels.release,
        optional: true,
      };
    case 'resolve':
      return {
        title: actionLabels.resolve,
        explain: `The work is done by you: the case and the run end. ${shown.agentId} does not continue.`,
        label: 'What did you do?',
        placeholder: 'Paid by hand, transfer 4711.',
        confirm: 'Finish it',
      };
    case 'cancel':
      return {
        title: 'No person is needed',
        explain: `The case ends and the run goes on as it was. ${shown.agentId} gets no instructions.`,
        label: 'Why is nobody needed?',
        confirm: 'Cancel the case',
      };
    case 'takeFrom':
      return {
        title: `Take it from ${shown.claimedByName}`,
        explain: `${shown.claimedByName} loses control and is told why. What they did so far stays in the timeline.`,
        label: 'Why do you take it?',
        placeholder: 'Agreed by phone, their shift is over.',
        confirm: `Take it from ${shown.claimedByName}`,
      };
  }
};

export const commandFor = (name: QuestionName, text: string): CaseCommand => {
  switch (name) {
    case 'decline':
      return { name: 'declineCase', body: { because: text } };
    case 'release':
      return { name: 'releaseCase', body: { because: text } };
    case 'resolve':
      return { name: 'resolveCase', body: { resolution: text } };
    case 'cancel':
      return { name: 'cancelCase', body: { because: text } };
    case 'takeFrom':
      return { name: 'claimCase', body: { reason: text } };
  }
};
