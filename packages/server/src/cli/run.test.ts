import { describe, expect, it } from 'vitest';
import { belay } from './captured.testing.ts';
import { commands } from './table.ts';

describe('help', () => {
  it('is printed without a word, and says so with exit code 2', async () => {
    const { exit, out } = await belay();
    expect(exit).toBe(2);
    for (const { name } of commands) expect(out).toContain(name);
  });

  it('is asked for with --help', async () => {
    expect(await belay('--help')).toMatchObject({ exit: 0, err: '' });
    expect(await belay('help')).toMatchObject({ exit: 0 });
  });

  it.each(commands.map(({ name }) => name))('of `%s` shows usage, every option and an example', async (name) => {
    const command = commands.find((one) => one.name === name);
    const { exit, out } = await belay(...name.split(' '), '--help');
    expect(exit).toBe(0);
    expect(out).toContain(`belay ${name}`);
    for (const option of Object.keys(command?.options ?? {})) expect(out).toContain(`--${option}`);
    expect(command?.examples.length).toBeGreaterThan(0);
    for (const { line } of command?.examples ?? []) expect(out).toContain(line);
  });

  it('of a group lists its commands', async () => {
    const { exit, out } = await belay('case');
    expect(exit).toBe(2);
    expect(out).toContain('case claim');
    expect(await belay('case', '--help')).toMatchObject({ exit: 0, out });
  });

  it('says its version', async () => {
    expect((await belay('--version')).out).toMatch(/^belay \d+\.\d+\.\d+\n$/);
    expect((await belay('--version', '--json')).json()).toHaveProperty('version');
  });
});

const payments = 'controls/payment-approval.control.yaml';

describe('mistakes', () => {
  it.each([
    [['serv'], 'There is no command "serv". Did you mean "serve"?'],
    [['frobnicate'], 'There is no command "frobnicate".\n'],
    [['case', 'clame', 'x'], '`belay case` has no command "clame". Did you mean "claim"?'],
    [['case', 'list', '--statsu', 'open'], 'has no option "--statsu". Did you mean "--status"?'],
    [['case', 'list', '-x'], 'has no option "-x".'],
    [['case', 'show'], '`belay case show` needs CASE.'],
    [['publish'], '`belay publish` needs FILE.'],
    [['login', 'ann', 'bob'], '"bob" is too much for `belay login`.'],
    [['case', 'list', '--control'], "Option '--control <value>' argument missing."],
    [['case', 'list', '--mine=yes'], "Option '--mine' does not take an argument."],
    [['demo', '--speed', 'fats'], 'There is no speed "fats". Did you mean "fast"?'],
    [['serve', '--port', 'x'], 'The port "x" is not a number from 0 to 65535.'],
    [['serve', '--controls', 'no-such-folder'], 'The folder no-such-folder cannot be read'],
    [['serve', '--org', 'no-such-file'], 'The organisation no-such-file does not exist.'],
    [['run', 'stop', '--because', 'x'], 'exactly one of --agent, --control and --everything'],
    [['run', 'stop', '--agent', 'a', '--everything', '--because', 'x'], 'exactly one of'],
    [['replay', '--control', 'c.yaml'], 'A control and a log are needed.'],
    [['replay', '--control', 'no-such-file', '--log', 'x.jsonl'], 'The control no-such-file does not exist.'],
    [['replay', '--control', payments, '--log', 'no-such-log'], 'The log no-such-log does not exist.'],
    [['approval', 'batch', 'no-such-file'], 'The list of approvals no-such-file does not exist.'],
    [
      ['approval', 'delegate', 'bo', '--until', 'friday', '--because', 'x', '--from', 'ann'],
      '--until friday is not an instant.',
    ],
    [['oncall', 'gaps', '--days', 'many'], '"many" is no number of days.'],
    [['oncall', 'who', '--at', 'yesterday'], '--at yesterday is not an instant.'],
    [['oncall', 'who', '--at', '2026-12-24T18:00:00'], 'is not an instant.'],
    [['verify', 'no-such-file'], 'The file no-such-file does not exist.'],
    [['page', payments, '--out', 'no-such-folder/page.html'], 'no-such-folder/page.html cannot be used: ENOENT'],
  ])('%j is exit code 2, with what is wrong and how to mend it', async (argv, sentence) => {
    const { exit, out, err } = await belay(
      ...argv,
      ...(argv[0] === 'oncall' ? ['--org', 'controls/organisation.yaml'] : []),
    );
    expect(err).toContain(sentence);
    expect(exit).toBe(2);
    expect(out).toBe('');
    expect(err.trim().split('\n').length).toBeGreaterThanOrEqual(2);
  });

  it('come as JSON on standard output with --json', async () => {
    const { exit, err, json } = await belay('serv', '--json');
    expect([exit, err]).toEqual([2, '']);
    expect(json()).toMatchObject({ error: { code: 'usage', message: expect.stringContaining('serve') } });
  });

  it('a server that is not there is exit code 3', async () => {
    const { exit, err } = await belay('case', 'list', '--data', 'no-such-directory');
    expect(exit).toBe(3);
    expect(err).toContain('No Belay runs with the data directory no-such-directory.');
  });
});
