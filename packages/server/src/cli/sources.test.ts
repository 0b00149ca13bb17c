import { describe, expect, it } from 'vitest';
import { parseSources } from './sources.ts';

const secrets: Record<string, string> = { ERP_TOKEN: 's3cret' };
const parse = (yaml: string) => parseSources(yaml, 'sources.yaml', (name) => secrets[name]);
const problems = (yaml: string): string[] => {
  const parsed = parse(yaml);
  return parsed.ok ? [] : parsed.problems.map(({ line, message, remedy }) => `${line}: ${message} ${remedy}`);
};

describe('systems of record in a file', () => {
  it('take their secrets from the environment by name', () => {
    const parsed = parse(`
- name: erp
  url: https://erp.example.com/invoices/{args.invoiceId}
  headers:
    authorization: Bearer \${ERP_TOKEN}
  timeout: 500ms
- { name: crm, url: "http://crm.internal/{subject.ticketId}" }
`);
    expect(parsed).toEqual({
      ok: true,
      sources: [
        {
          name: 'erp',
          url: 'https://erp.example.com/invoices/{args.invoiceId}',
          headers: { authorization: 'Bearer s3cret' },
          timeoutMs: 500,
        },
        { name: 'crm', url: 'http://crm.internal/{subject.ticketId}', headers: {}, timeoutMs: 2_000 },
      ],
    });
  });

  it.each([
    ['- { name: a, url: "http://a", header: {} }', 'has no field "header". Did you mean "headers"?'],
    ['- { name: a }', 'Source 1 has no "url".'],
    ['- { name: a, url: ftp://a }', 'is no http address'],
    ['- { name: a, url: "http://a/{argument.id}" }', 'Write {args.NAME}'],
    ['- { name: a, url: "http://a", timeout: 2 }', 'is not text'],
    ['- { name: a, url: "http://a", timeout: 2h }', 'Write 500ms or 2s'],
    ['- { name: a, url: "http://a", timeout: 60s }', 'at most 30s'],
    [
      `- { name: a, url: "http://a", headers: { x-key: "\${NOPE}" } }`,
      'The environment has no NOPE, which a needs. Set NOPE',
    ],
    ['- { name: a, url: "http://a", headers: { "x key": b } }', 'is no name of a header'],
    ['- { name: a, url: "http://a" }\n- { name: a, url: "http://b" }', 'The source a is there twice.'],
    ['name: a', 'The list of sources is not a list.'],
    ['- [', 'not YAML'],
  ])('refuse %j in words', (yaml, sentence) => {
    expect(problems(yaml).join('\n')).toContain(sentence);
  });

  it('never show a secret in a problem', () => {
    const yaml = `- { name: a, url: "ftp://a", headers: { authorization: "Bearer \${ERP_TOKEN}" } }`;
    expect(problems(yaml).join('\n')).not.toContain('s3cret');
    expect(problems(yaml)).toHaveLength(1);
  });
});
