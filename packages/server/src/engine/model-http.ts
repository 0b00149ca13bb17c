/** A language model behind an endpoint that speaks the OpenAI-compatible chat protocol: hosted, or on a machine of your own. */
import { z } from 'zod';
import type { WordsModel } from './rewording.ts';

export type ModelEndpoint = {
  /** what comes before /chat/completions, e.g. https://models.example.com/v1 */
  url: string;
  /** the model's name there */
  model: string;
  secret?: string | undefined;
  timeoutMs?: number;
};

const bytesMax = 64_000;
const completion = z.object({ choices: z.array(z.object({ message: z.object({ content: z.string() }) })).min(1) });

const readAtMost = async (response: Response): Promise<string> => {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of response.body ?? []) {
    size += part.length;
    if (size > bytesMax) throw new Error(`It answered more than ${bytesMax} bytes.`);
    parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
};

export const modelAt = ({ url, model, secret, timeoutMs }: ModelEndpoint): WordsModel => ({
  name: model,
  ...(timeoutMs === undefined ? {} : { timeoutMs }),
  write: async ({ instructions, data, signal }) => {
    const response = await fetch(`${url}/chat/completions`, {
      method: 'POST',
      redirect: 'error',
      signal,
      headers: {
        'content-type': 'application/json',
        ...(secret === undefined ? {} : { authorization: `Bearer ${secret}` }),
      },
      body: JSON.stringify({
        model,
        messages: [
          { role: 'system', content: instructions },
          { role: 'user', content: data },
        ],
      }),
    });
    if (!response.ok) {
      await response.body?.cancel();
      throw new Error(`It answered ${response.status}.`);
    }
    const answered = completion.safeParse(JSON.parse(await readAtMost(response)));
    if (answered.success) return answered.data.choices[0]?.message.content ?? '';
    throw new Error('Its answer is no chat completion.');
  },
});
