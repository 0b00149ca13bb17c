/**
 * What each thing that a person does with a case or a sign-off is called, wherever people read of it: cards, forms, the
 * inbox, the demo.
 */
export const actionLabels = {
  takeOver: 'Take over',
  decline: 'Not mine',
  return: 'Return with instructions',
  edit: 'Edit, then allow',
  release: 'Put it back',
  resolve: 'Finish it myself',
  approve: 'Approve',
  reject: 'Reject',
} as const;
