import { describe, expect, it } from 'vitest';
import { parseSources } from './sources.ts';

const secrets: Record<string, string> = {
  ERP_TOKEN: 's3cret',
  LEDGER_URL: 'postgresql://reader:pw@ledger/books',
  'file:/run/secrets/crm': 'from-a-file',
};
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
- { name: crm, url: "http://crm.internal/{subject.ticketId}", private: allow, cache: 30s }
`);
    expect(parsed).toEqual({
      ok: true,
      sources: [
        {
          name: 'erp',
          url: 'https://erp.example.com/invoices/{args.invoiceId}',
          headers: { authorization: 'Bearer s3cret' },
          private: false,
          timeoutMs: 500,
        },
        {
          name: 'crm',
          url: 'http://crm.internal/{subject.ticketId}',
          headers: {},
          private: true,
          timeoutMs: 2_000,
          cacheMs: 30_000,
        },
      ],
    });
  });

  it('can be a database with a query, and take a secret from a file', () => {
    expect(
      parse(`
- name: ledger
  database: \${LEDGER_URL}
  query: SELECT total FROM paid WHERE beneficiary = {args.beneficiaryId}
- { name: crm, url: "https://{subject.region}.crm.example.com", hosts: [eu.crm.example.com], headers: { x-key: "\${file:/run/secrets/crm}" } }
`),
    ).toEqual({
      ok: true,
      sources: [
        {
          name: 'ledger',
          database: 'postgresql://reader:pw@ledger/books',
          query: 'SELECT total FROM paid WHERE beneficiary = {args.beneficiaryId}',
          timeoutMs: 2_000,
        },
        {
          name: 'crm',
          url: 'https://{subject.region}.crm.example.com',
          headers: { 'x-key': 'from-a-file' },
          private: false,
          hosts: ['eu.crm.example.com'],
          timeoutMs: 2_000,
        },
      ],
    });
  });
});

describe('a wrong list of systems of record', () => {
  it.each([
    ['- { name: a, url: "http://a", header: {} }', 'has no field "header". Did you mean "headers"?'],
    ['- { name: a }', 'A has no "url".'],
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
    ['- { name: a, url: "https://{args.host}/x" }', 'lets an argument choose the host. List the hosts'],
    ['- { name: a, url: "https://u:p@a/x" }', 'has a password'],
    ['- { name: a, url: "http://a", private: maybe }', 'It is one of allow, refuse'],
    ['- { name: a, url: "http://a", hosts: ["http://a"] }', 'Write its name alone'],
    ['- { name: a, url: "http://a", cache: 48h }', 'at most 24h'],
    ['- { name: a, url: "http://a", database: "postgresql://b", query: SELECT 1 }', 'has a url and a database'],
    ['- { name: a, database: "postgresql://b" }', 'has no "query"'],
    ['- { name: a, query: SELECT 1 }', 'A has no "url"'],
    ['- { name: a, database: "mysql://b", query: SELECT 1 }', 'is no address'],
    ['- { name: a, database: "postgresql://b", query: "SELECT {x}" }', 'Write {args.NAME}'],
    [`- { name: a, database: "postgresql://b", query: "SELECT '{args.x}'" }`, 'Leave the quotes out'],
    ['- { name: a, database: "postgresql://b", query: SELECT 1, headers: {} }', 'Headers of a belongs to an address'],
    [`- { name: a, url: "http://a", headers: { x-key: "\${file:/nope}" } }`, '/nope, which a needs, cannot be read'],
    ['name: a', 'The list of sources is not a list.'],
    ['- [', 'not YAML'],
  ])('is refused in words: %j', (yaml, sentence) => {
    expect(problems(yaml).join('\n')).toContain(sentence);
  });

  it('never shows a secret in a problem', () => {
    const yaml = `- { name: a, url: "ftp://a", headers: { authorization: "Bearer \${ERP_TOKEN}" } }`;
    expect(problems(yaml).join('\n')).not.toContain('s3cret');
    expect(problems(yaml)).toHaveLength(1);
  });
});
