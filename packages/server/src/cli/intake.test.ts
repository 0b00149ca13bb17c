import { describe, expect, it } from 'vitest';
import { parseIntake } from './intake.ts';

const secrets: Record<string, string> = { DESK: 'whsec_c2VjcmV0' };
const parse = (yaml: string) => parseIntake(yaml, 'intake.yaml', (name) => secrets[name]);
const problems = (yaml: string): string => {
  const parsed = parse(yaml);
  return parsed.ok ? '' : parsed.problems.map(({ message, remedy }) => `${message} ${remedy}`).join('\n');
};

describe('a list of intakes', () => {
  it('knows where vendors have their tickets', () => {
    expect(
      parse(`- { name: jira, from: jira, secret: "\${DESK}", control: support, opens: case, to: support }`),
    ).toEqual({
      ok: true,
      intake: [
        {
          name: 'jira',
          from: 'jira',
          secret: 'whsec_c2VjcmV0',
          control: 'support',
          pointers: {
            key: '/issue/key',
            title: '/issue/fields/summary',
            text: '/issue/fields/description',
            subject: { ticketId: '/issue/key' },
            only: {},
          },
          opens: { case: { to: 'support' } },
        },
      ],
    });
  });

  it('takes pointers of any other', () => {
    const parsed = parse(`
- name: desk
  secret: \${DESK}
  control: payment-approval
  opens: run
  agent: payables
  key: /invoice/id
  title: /invoice/title
  subject: { invoiceId: /invoice/id }
  only: { /event: created }
`);
    expect(parsed).toMatchObject({
      ok: true,
      intake: [
        {
          from: 'generic',
          opens: { run: 'payables' },
          pointers: { text: null, subject: { invoiceId: '/invoice/id' }, only: { '/event': 'created' } },
        },
      ],
    });
  });

  const rest = `secret: "\${DESK}", control: c`;
  it.each([
    [`- { name: a, ${rest}, opens: case }`, "does not say where the ticket's key and title stand"],
    [`- { name: a, ${rest}, opens: run, from: jira }`, 'opens runs for nobody'],
    [`- { name: a, ${rest}, opens: run, agent: x, to: y, from: jira }`, 'opens runs, not cases'],
    [`- { name: a, ${rest}, opens: case, agent: x, from: jira }`, 'opens cases for people'],
    [`- { name: a, ${rest}, opens: both, from: jira }`, 'It is one of run, case'],
    [`- { name: A b, ${rest}, opens: case, from: jira }`, 'is no name of an intake'],
    [`- { name: a, ${rest}, opens: case, from: jira, key: issue.key }`, 'is no JSON pointer'],
    [`- { name: a, ${rest}, opens: case, from: jira, only: { event: x } }`, '"event" is no JSON pointer'],
    [`- { name: a, secret: "\${NOPE}", control: c, opens: case, from: jira }`, 'The environment has no NOPE'],
    [`- { name: a, ${rest}, opens: case, from: gira }`, 'It is one of generic, jira'],
    ['- { name: a }', 'Intake 1 has no "secret"'],
    [
      `- { name: a, ${rest}, opens: case, from: jira }\n- { name: a, ${rest}, opens: case, from: jira }`,
      'is there twice',
    ],
  ])('is refused in words: %s', (yaml, sentence) => {
    expect(problems(yaml)).toContain(sentence);
  });
});
