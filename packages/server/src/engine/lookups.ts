/**
 * Facts from systems of record. Fetched before any lock is taken, with a timeout; a failure is a fact problem that the
 * gate reports, never a silent gap. Sources are declared in the server's configuration, credentials by reference.
 */
import type { CompiledControl, Looked } from '@belay/control';
import { type Json, type JsonObject, parseStrict } from '@belay/protocol';

/** One system of record over HTTP. `{args.x}` and `{subject.x}` in the URL are filled in, percent-encoded. */
export type Source = { name: string; url: string; headers?: Record<string, string>; timeoutMs: number };
export type Lookups = (
  control: CompiledControl,
  step: string,
  given: { args: JsonObject; subject: JsonObject },
) => Promise<Looked>;

const bytesMax = 1_000_000;

const fillUrl = (template: string, given: { args: JsonObject; subject: JsonObject }): string | null => {
  let complete = true;
  const url = template.replace(
    /\{(args|subject)\.([A-Za-z0-9_]+)\}/g,
    (_match, where: 'args' | 'subject', name: string) => {
      const value = given[where][name];
      // A dot segment would leave the path of the source: the agent does not choose the record that way.
      if ((typeof value !== 'string' && typeof value !== 'number') || /^\.{1,2}$/.test(String(value))) complete = false;
      return encodeURIComponent(String(value));
    },
  );
  return complete ? url : null;
};

const ask = async (source: Source, given: { args: JsonObject; subject: JsonObject }): Promise<Looked[string]> => {
  const url = fillUrl(source.url, given);
  if (url === null)
    return { ok: false, problem: `${source.name} could not be asked: the arguments lack what its address needs.` };
  try {
    const response = await fetch(url, {
      headers: source.headers ?? {},
      redirect: 'error',
      signal: AbortSignal.timeout(source.timeoutMs),
    });
    if (response.status === 404) return { ok: false, problem: `${source.name} has no record of this.` };
    if (!response.ok) return { ok: false, problem: `${source.name} answered ${response.status}.` };
    const text = await response.text();
    if (text.length > bytesMax) return { ok: false, problem: `${source.name} answered more than ${bytesMax} bytes.` };
    return { ok: true, value: parseStrict(text) as Json };
  } catch (error) {
    const timedOut = error instanceof Error && error.name === 'TimeoutError';
    return {
      ok: false,
      problem: timedOut
        ? `${source.name} did not answer within ${source.timeoutMs} ms.`
        : `${source.name} could not be read.`,
    };
  }
};

export const createLookups = (sources: Source[]): Lookups => {
  const byName = new Map(sources.map((source) => [source.name, source]));
  return async (control, step, given) => {
    const wanted = control.lookupsFor(step);
    if (wanted.length === 0) return {};
    const answers = await Promise.all(
      wanted.map(async ({ source: name }): Promise<[string, Looked[string]]> => {
        const source = byName.get(name);
        return [
          name,
          source === undefined ? { ok: false, problem: `${name} is not configured.` } : await ask(source, given),
        ];
      }),
    );
    return Object.fromEntries(answers);
  };
};
