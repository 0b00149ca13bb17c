// Last line of .ci/run: what the reports say, as "N passed, N failed, N skipped". The first is vitest's JSON report, further
// ones say { passed, failed }. A test file that could not even be loaded counts as one failed test; a missing report as well.
import { existsSync, readFileSync } from 'node:fs';

const [file = '', ...others] = process.argv.slice(2);
const missing = { numFailedTests: 0, testResults: [{ status: 'failed', assertionResults: [] }] };
const report = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : missing;
const unloaded = report.testResults.filter(
  (result) => result.status === 'failed' && result.assertionResults.length === 0,
);
const more = others.map((other) => {
  if (existsSync(other)) return JSON.parse(readFileSync(other, 'utf8'));
  console.log(`there is no report ${other}`);
  return { passed: 0, failed: 1 };
});
const sum = (name) => more.reduce((total, counts) => total + counts[name], 0);
const passed = (report.numPassedTests ?? 0) + sum('passed');
const failed = (report.numFailedTests ?? 0) + unloaded.length + sum('failed');
const skipped = (report.numPendingTests ?? 0) + (report.numTodoTests ?? 0);
// The catalogue of channel faults: tests carry the ids of the faults that they put the channels through.
const titles = report.testResults.flatMap((result) =>
  result.assertionResults.filter(({ status }) => status === 'passed'),
);
const idsOf = (text) => /^(?:C\d{1,2} )+/.exec(text)?.[0].trim().split(' ') ?? [];
const faults = titles.flatMap(({ title = '', ancestorTitles = [] }) => [...ancestorTitles, title].flatMap(idsOf));
if (faults.length > 0)
  console.log(`channel faults by name: ${new Set(faults).size} of 31 in ${faults.length} passed tests`);
for (const result of unloaded) console.log(`could not be loaded: ${result.name ?? 'vitest wrote no report'}`);
console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`);
process.exitCode = failed > 0 || passed === 0 ? 1 : 0;
