// Belay's packages as an application gets them: what their `files` list, beside the frameworks and not linked to the workspace.
import { cpSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = fileURLToPath(new URL('..', import.meta.url));

export const placeBelay = () => {
  for (const name of ['sdk', 'protocol']) {
    const to = join(here, 'node_modules/@belay', name);
    rmSync(to, { recursive: true, force: true });
    mkdirSync(to, { recursive: true });
    for (const part of ['package.json', 'dist'])
      cpSync(join(here, '../../packages', name, part), join(to, part), { recursive: true });
  }
};
