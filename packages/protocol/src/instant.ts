/** Instants: epoch milliseconds inside, ISO 8601 UTC on the wire. */
export const iso = (at: number): string => new Date(at).toISOString();
export const isoOrNull = (at: number | null): string | null => (at === null ? null : iso(at));
