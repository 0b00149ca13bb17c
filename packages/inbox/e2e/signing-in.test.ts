/** One-time links: opening one spends nothing. */
import { describe, it } from 'vitest';
import { sampleToken, startMock } from '../dev/mock-server.ts';
import { built, launch, missing, wide } from './browser.ts';

describe.skipIf(missing !== null)('signing in', () => {
  it('spends the link only when the button is pressed, and says how to get one', async () => {
    const browser = await launch();
    const server = await startMock(built, { signedIn: false });
    const visitor = await (await browser.newContext({ viewport: wide })).newPage();
    try {
      await visitor.goto(server.url);
      await visitor.getByText('belay login PERSON').waitFor();
      for (const _ of [1, 2]) await visitor.goto(`${server.url}/login?token=${sampleToken}`);
      await visitor.getByRole('button', { name: 'Sign in' }).click();
      await visitor.getByRole('heading', { name: 'Inbox' }).waitFor();
      await visitor.getByRole('button', { name: 'Ann Berg' }).click();
      await visitor.getByRole('menuitem', { name: 'Sign out' }).click();
      await visitor.getByText('You are signed out').waitFor();
      await visitor.goto(`${server.url}/login?token=${sampleToken}`);
      await visitor.getByRole('button', { name: 'Sign in' }).click();
      await visitor.getByText('This login link was used or has expired.').waitFor();
    } finally {
      await browser.close();
      await server.close();
    }
  });
});
