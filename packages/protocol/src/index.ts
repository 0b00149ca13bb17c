/** The shared words. An auditor needs `@belay/protocol/evidence`; everybody else this. */

export * from './actions.ts';
export * from './approval-views.ts';
export * from './canonical.ts';
export * from './clip.ts';
export * from './complete.ts';
export * from './errors.ts';
export * from './events.ts';
export * from './inert.ts';
export * from './instant.ts';
export * from './names.ts';
export * from './nearest.ts';
export * from './packet.ts';
export * from './printable.ts';
export * from './readable.ts';
export * from './routes.ts';
export * from './views.ts';
export * from './words.ts';
