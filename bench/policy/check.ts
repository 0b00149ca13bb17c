/** How long the design check of the 20 and the 1,000 rules takes, in a process of its own. Prints one line of JSON. */
import { checkControl, parseControl } from '@belay/control';
import { belayText } from './engines.ts';
import { manyRules, manySteps, smallRules, smallSteps } from './rules.ts';

const size = Number(process.argv[2] ?? 20);
const parsed = parseControl(size === 20 ? belayText(smallRules, smallSteps) : belayText(manyRules(), manySteps));
if (!parsed.ok) throw new Error(parsed.problems[0]?.message);
const start = process.cpuUsage();
const findings = checkControl(parsed.control);
const { user, system } = process.cpuUsage(start);
const notProved = findings.filter(({ code }) => code === 'notProved').length;
const cpuMs = Math.round((user + system) / 1000);
process.stdout.write(`${JSON.stringify({ cpuMs, findings: findings.length, notProved })}\n`);
