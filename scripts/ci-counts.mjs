// Last line of .ci/run: what vitest's JSON report says, as "N passed, N failed, N skipped".
// A test file that could not even be loaded counts as one failed test; a missing report as well.
import { existsSync, readFileSync } from 'node:fs';

const file = process.argv[2] ?? '';
const report = existsSync(file)
  ? JSON.parse(readFileSync(file, 'utf8'))
  : { testResults: [{ status: 'failed', assertionResults: [] }] };
const unloaded = report.testResults.filter(
  (result) => result.status === 'failed' && result.assertionResults.length === 0,
);
const passed = report.numPassedTests ?? 0;
const failed = (report.numFailedTests ?? 0) + unloaded.length;
const skipped = (report.numPendingTests ?? 0) + (report.numTodoTests ?? 0);
for (const result of unloaded) console.log(`could not be loaded: ${result.name ?? 'vitest wrote no report'}`);
console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`);
process.exitCode = failed > 0 || passed === 0 ? 1 : 0;
