/** Every command of `belay`, in the order of the help. */
import type { Command } from './command.ts';
import { approvalCommands } from './commands/approval.ts';
import { caseCommands } from './commands/case.ts';
import { cases } from './commands/cases.ts';
import { channelCommands } from './commands/channel.ts';
import { check } from './commands/check.ts';
import { compare } from './commands/compare.ts';
import { controlTypesCommand } from './commands/control-types.ts';
import { demo } from './commands/demo.ts';
import { doctor } from './commands/doctor.ts';
import { drillCommands } from './commands/drill.ts';
import { evidence } from './commands/evidence.ts';
import { afterwardsCommands } from './commands/exceptions.ts';
import { fmt } from './commands/fmt.ts';
import { insightCommands } from './commands/insight.ts';
import { keyCommands } from './commands/key.ts';
import { login } from './commands/login.ts';
import { mcpCommands } from './commands/mcp.ts';
import { move } from './commands/move.ts';
import { oncallCommands } from './commands/oncall.ts';
import { orgCommands } from './commands/org.ts';
import { page } from './commands/page.ts';
import { draft, publish } from './commands/publish.ts';
import { replayCommand } from './commands/replay.ts';
import { runCommands } from './commands/run.ts';
import { schema } from './commands/schema.ts';
import { serve } from './commands/serve.ts';
import { stopCommands } from './commands/stop.ts';
import { test } from './commands/test.ts';
import { verify } from './commands/verify.ts';
import { why } from './commands/why.ts';

export const commands: Command[] = [
  demo,
  serve,
  doctor,
  login,
  check,
  test,
  cases,
  fmt,
  schema,
  compare,
  page,
  publish,
  draft,
  move,
  controlTypesCommand,
  replayCommand,
  ...insightCommands,
  ...caseCommands,
  ...approvalCommands,
  ...afterwardsCommands,
  why,
  ...runCommands,
  ...stopCommands,
  ...keyCommands,
  ...orgCommands,
  ...oncallCommands,
  ...drillCommands,
  ...channelCommands,
  ...mcpCommands,
  evidence,
  verify,
];
