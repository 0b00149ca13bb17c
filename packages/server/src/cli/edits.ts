/** Edited arguments as they are typed: a text stays a text; another value is JSON, and what is none is the server's to refuse. */
import { CanonicalError, type Json, type JsonObject, parseStrict } from '@belay/protocol';
import { wrongUsage } from './command.ts';

const typed = (text: string, before: Json | undefined): Json => {
  if (typeof before === 'string') return text;
  try {
    return parseStrict(text);
  } catch (error) {
    if (!(error instanceof CanonicalError)) throw error;
    return text;
  }
};

/** `option`: what each `NAME=VALUE` was given with. */
export const editsOf = (option: string, pairs: string[], before: JsonObject): JsonObject =>
  Object.fromEntries(
    pairs.map((pair) => {
      const [, name, text] = /^([^=]+)=(.*)$/s.exec(pair) ?? [];
      if (name === undefined || text === undefined)
        throw wrongUsage(`"${pair}" is no NAME=VALUE.`, `Write --${option} "amount=EUR 340.00".`);
      return [name, typed(text, Object.hasOwn(before, name) ? before[name] : undefined)];
    }),
  );
