/** What holds where a control does not say it; controls are kept as they were written, without these. */
import type { Control, ReviewSpec } from './model.ts';

const hourMs = 3_600_000;

/** How long systems outside may fail before a person is told. */
export const outageMsOf = ({ outageMs }: Control['stuck']): number => outageMs ?? hourMs;

/** After how long of silence others are asked to look at a sample too; also of samples whose review is gone since. */
export const reviewWithinMsOf = (review: ReviewSpec | null): number => review?.withinMs ?? 7 * 24 * hourMs;
