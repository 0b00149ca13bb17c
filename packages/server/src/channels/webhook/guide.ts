/** How a webhook is connected. */
import type { GuideOf } from '../guide.ts';

export const guide: GuideOf = () => ({
  steps: [
    'Make a secret: whsec_ and 32 random bytes in base64. The receiver verifies each request with it (Standard Webhooks 1.0).',
    'Name the addresses that may be called in BELAY_WEBHOOK_URLS, and one of them in the control.',
  ],
  paste: null,
  page: 'packages/server/src/channels/webhook/README.md',
});
