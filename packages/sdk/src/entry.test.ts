import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const folder = fileURLToPath(new URL('.', import.meta.url));
const sources = readdirSync(folder).filter((name) => /(?<!\.test|\.testing)\.ts$/.test(name));

describe('the package', () => {
  it('imports nothing of Node, so that it runs in a browser and at the edge', () => {
    expect(sources).toContain('index.ts');
    const importing = sources.filter((name) =>
      /from 'node:|import\('node:|require\(/.test(readFileSync(folder + name, 'utf8')),
    );
    expect(importing).toEqual([]);
  });

  it('uses jose only for those who verify permits', () => {
    const importing = sources.filter((name) => /from 'jose'/.test(readFileSync(folder + name, 'utf8')));
    expect(importing).toEqual(['verify.ts']);
  });
});
