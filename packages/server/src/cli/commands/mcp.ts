/** `belay mcp`, `belay mcp init`, `belay mcp gate`: a server behind the gate, a first control for it, the gate itself. */
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { checkControl, parseControl } from '@belay/control';
import { environmentForOthers, readConfig } from '../../config.ts';
import type { SessionFor } from '../../mcp/proxied.ts';
import { stepName, stepsBy } from '../../mcp/steps.ts';
import { version } from '../../version.ts';
import { CliProblem, type Command, type Exit, type Given, type Io, wrongUsage } from '../command.ts';
import { readControlFile } from '../control-file.ts';
import { untilStopped } from '../host.ts';

const howTo = '`belay mcp --help` shows how it is called.';

const pairsOf = (given: Given, option: string): Record<string, string> =>
  Object.fromEntries(
    given.texts(option).map((text) => {
      const at = text.indexOf('=');
      if (at > 0) return [text.slice(0, at), text.slice(at + 1)];
      throw wrongUsage(`--${option} ${text} has no "=".`, `Write --${option} NAME=VALUE.`);
    }),
  );

const targetOf = (given: Given): { http: URL } | { command: string; args: string[] } => {
  const http = given.text('http');
  const [command, ...args] = given.words;
  if (http !== undefined && command === undefined && URL.canParse(http)) return { http: new URL(http) };
  if (http === undefined && command !== undefined) return { command, args };
  throw wrongUsage(
    'A server is needed: a command, or an address.',
    'Write -- COMMAND after the options, or --http URL.',
  );
};

/** One file of pins for each control and server. */
const pinsFor = (given: Given, control: string): string => {
  const server = JSON.stringify([given.text('http') ?? null, ...given.words]);
  const name = createHash('sha256').update(server).digest('hex').slice(0, 12);
  return given.text('pins') ?? join(homedir(), '.belay', 'mcp', `${control}-${name}.json`);
};

const shadowed = async (given: Given, io: Io, file: string): Promise<SessionFor> => {
  const { shadowSessions } = await import('../../mcp/shadow.ts');
  const control = given.text('control');
  if (control === undefined) throw wrongUsage('--shadow needs the control as a file.', 'Add --control FILE.');
  const log = (text: string): void => io.err(`${text}\n`);
  const stepOf = stepsBy(pairsOf(given, 'step'));
  return shadowSessions({ control: readControlFile(control).control, file, stepOf, now: Date.now, log });
};

/** Where Belay is, and the agent that is spoken for. */
const agentOf = (): { url: string; key: string } => {
  const { url, agentKey } = readConfig();
  if (url !== undefined && agentKey !== undefined) return { url, key: agentKey };
  throw wrongUsage(
    'BELAY_URL and BELAY_KEY are not both set.',
    'Set BELAY_URL to the address of the server and BELAY_KEY to a key of `belay key create`.',
  );
};

const gated = async (given: Given, log: (text: string) => void): Promise<SessionFor> => {
  const [{ gatedSessions }, { pinFile }, { BelayError }] = await Promise.all([
    import('../../mcp/session.ts'),
    import('../../mcp/definitions.ts'),
    import('@belay/sdk'),
  ]);
  const control = given.text('control');
  if (control === undefined) throw wrongUsage('Say which control decides.', 'Add --control NAME.');
  const subject = pairsOf(given, 'subject');
  const pins = pinFile(pinsFor(given, control));
  pins.read(); // what is wrong with them is said now, not in the middle of a call
  const sessions = {
    ...agentOf(),
    control,
    subject: Object.keys(subject).length === 0 ? undefined : subject,
    run: given.text('run'),
    onBehalfOf: given.text('on-behalf-of'),
    pins,
    stepOf: stepsBy(pairsOf(given, 'step')),
    log,
  };
  try {
    return gatedSessions(sessions);
  } catch (error) {
    if (!(error instanceof BelayError)) throw error;
    throw wrongUsage(error.message, 'Mend BELAY_URL, or BELAY_KEY: the last line of what `belay key create` printed.');
  }
};

/** A client that is gone reads no more; what its calls have come to is reported all the same. */
const outliveReader = (): void => {
  for (const stream of [process.stdout, process.stderr]) stream.removeAllListeners('error').on('error', () => {});
};

const mcp: Command = {
  name: 'mcp',
  summary: 'Put an MCP server behind the gate: every call of a tool is decided first.',
  takes: ['[-- COMMAND...]'],
  options: {
    control: { type: 'string', value: 'NAME', about: 'the control that decides; with --shadow, its file' },
    http: { type: 'string', value: 'URL', about: 'a server over Streamable HTTP instead of a command' },
    host: { type: 'string', value: 'HOST', about: 'with --http: where the proxy listens (default 127.0.0.1)' },
    port: { type: 'string', value: 'N', about: 'with --http: its port (default 4710; 0: any free one)' },
    subject: {
      type: 'string',
      value: 'NAME=VALUE',
      about: 'what the run is about (default client=NAME)',
      multiple: true,
    },
    run: { type: 'string', value: 'KEY', about: 'name of the run: the same name takes it up again' },
    'on-behalf-of': { type: 'string', value: 'PERSON', about: 'the person for whom the agent works' },
    step: { type: 'string', value: 'TOOL=STEP', about: 'the step that a tool is (default: its name)', multiple: true },
    pins: { type: 'string', value: 'FILE', about: 'where tools are pinned (default ~/.belay/mcp)' },
    shadow: { type: 'string', value: 'FILE', about: 'hold nothing: decide, and write a step log' },
  },
  examples: [
    {
      line: 'belay mcp --control team-files -- npx -y @modelcontextprotocol/server-filesystem .',
      about: 'the command for the configuration of an MCP client; BELAY_URL and BELAY_KEY in its environment',
    },
    { line: 'belay mcp --control crm --http https://crm.example.com/mcp', about: 'gives the address for the client' },
  ],
  run: async (given, io): Promise<Exit> => {
    const target = targetOf(given);
    const shadow = given.text('shadow');
    const log = (text: string): void => io.err(`belay: ${text}\n`);
    const sessionFor = await (shadow === undefined ? gated(given, log) : shadowed(given, io, shadow));
    if ('http' in target) {
      const { host, port } = readConfig({
        host: given.text('host') ?? '127.0.0.1',
        port: given.text('port') ?? '4710',
      });
      const { startHttpProxy } = await import('../../mcp/http-proxy.ts');
      const proxy = await startHttpProxy({ target: target.http, host, port, log, sessionFor });
      io.out(io.json ? `${JSON.stringify({ url: proxy.url })}\n` : `The gated server is at ${proxy.url}\n`);
      await untilStopped();
      await proxy.close();
      return 0;
    }
    const { runStdioProxy } = await import('../../mcp/stdio-proxy.ts');
    outliveReader();
    const { stdin: input, stdout: output } = process;
    const code = await runStdioProxy({ ...target, env: environmentForOthers(), input, output, log, sessionFor }).catch(
      (error: NodeJS.ErrnoException) => {
        if (error.code !== 'ENOENT' && error.code !== 'EACCES') throw error;
        throw new CliProblem(2, `${target.command} cannot be started: ${error.message}.`, howTo);
      },
    );
    return code === 0 ? 0 : 1;
  },
};

const init: Command = {
  name: 'mcp init',
  summary: 'Read the tools of an MCP server and write a first control for it.',
  takes: ['[-- COMMAND...]'],
  options: {
    control: { type: 'string', value: 'NAME', about: 'name of the control (default: the name of the server)' },
    owner: { type: 'string', value: 'TARGET', about: 'who owns the workflow (default role:operations)' },
    http: { type: 'string', value: 'URL', about: 'a server over Streamable HTTP instead of a command' },
    header: {
      type: 'string',
      value: 'NAME=VALUE',
      about: 'with --http: a header that the server asks for',
      multiple: true,
    },
    out: { type: 'string', value: 'FILE', about: 'where to write it (default NAME.control.yaml)' },
  },
  examples: [
    {
      line: 'belay mcp init --control team-files -- npx -y @modelcontextprotocol/server-filesystem .',
      about: 'writes team-files.control.yaml',
    },
  ],
  run: async (given, io): Promise<Exit> => {
    const target = targetOf(given);
    const [{ listHttpTools, listStdioTools }, { controlText, suggest }] = await Promise.all([
      import('../../mcp/list-tools.ts'),
      import('../../mcp/suggest.ts'),
    ]);
    const { server, tools } = await ('http' in target
      ? listHttpTools(target.http, pairsOf(given, 'header'))
      : listStdioTools(target.command, target.args, environmentForOthers()));
    const name = given.text('control') ?? stepName(server);
    const file = given.text('out') ?? `${name}.control.yaml`;
    const suggestions = suggest(tools);
    const text = controlText({ name, owner: given.text('owner') ?? 'role:operations', server, suggestions });
    const parsed = parseControl(text, file);
    if (!parsed.ok)
      throw wrongUsage(parsed.problems.map(({ message }) => message).join(' '), 'Mend --control or --owner.');
    if (existsSync(file)) throw new CliProblem(1, `${file} exists already.`, 'Remove it, or name another with --out.');
    writeFileSync(file, text);
    const findings = checkControl(parsed.control).map(({ sentence }) => sentence);
    const high = suggestions.filter(({ risk }) => risk === 'high').length;
    const mapped = suggestions.filter(({ tool, step }) => step !== stepName(tool)).map((s) => `${s.tool}=${s.step}`);
    if (io.json) io.out(`${JSON.stringify({ file, tools: suggestions, findings, mapped })}\n`);
    else {
      io.out(`${file}: ${suggestions.length} tools, ${high} of them high risk. Read it before you publish it.\n`);
      for (const finding of findings) io.out(`  ${finding}\n`);
      for (const pair of mapped) io.out(`  Start the proxy with --step ${pair}\n`);
    }
    return 0;
  },
};

const gate: Command = {
  name: 'mcp gate',
  summary: 'Serve the gate itself as an MCP server over stdio: ask, report, escalate, wait.',
  takes: [],
  options: {},
  examples: [
    { line: 'belay mcp gate', about: 'the command for an MCP client; BELAY_URL and BELAY_KEY in its environment' },
  ],
  run: async (): Promise<Exit> => {
    const { url, key } = agentOf();
    const { gateStdio } = await import('../../mcp/gate-server.ts');
    const served = gateStdio(url, key, version);
    await Promise.race([untilStopped(), once(process.stdin, 'end')]);
    await served.close();
    return 0;
  },
};

export const mcpCommands: Command[] = [mcp, init, gate];
