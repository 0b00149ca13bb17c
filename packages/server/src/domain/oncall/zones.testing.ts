/** Zones for tests: the strange ones always, a few of the others, and every one in the nightly run. */
import { day, knownZones } from './wallclock.ts';

export const nightly = process.env.BELAY_NIGHTLY === '1';

const strangeZones = [
  'Europe/Paris',
  'Australia/Lord_Howe',
  'Africa/Cairo',
  'Africa/Casablanca',
  'Pacific/Apia',
  'Antarctica/Troll',
  'America/Nuuk',
  'Asia/Kathmandu',
];

export const zones = nightly
  ? knownZones()
  : [...strangeZones, ...knownZones().filter((_, index) => index % 200 === 7)];

/** Two years from here hold every yearly change twice. */
export const start = Date.parse('2026-01-05T00:00:00Z');
export const end = start + 730 * day;
