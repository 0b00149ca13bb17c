/** Reads bodies, of answers and of wake-ups: one without end must not fill the memory of the agent. */

/** The chunks of a body, also where streams cannot be iterated; a reader that stops early cancels it. */
export async function* chunksOf(body: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array> {
  const reader = body.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield value;
    }
  } finally {
    await reader.cancel().catch(() => {});
  }
}

/** The text of a body; null when it has more than `most` bytes, and then it is read no further. */
export const boundedText = async (body: ReadableStream<Uint8Array> | null, most: number): Promise<string | null> => {
  if (body === null) return '';
  const decoder = new TextDecoder();
  let text = '';
  let size = 0;
  for await (const chunk of chunksOf(body)) {
    size += chunk.byteLength;
    if (size > most) return null;
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
};
