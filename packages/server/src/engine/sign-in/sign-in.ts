/**
 * Signing in with the company's identity provider. What has to match at the end travels with the browser that began, in a
 * signed cookie: nothing is stored for somebody who never comes back, and any node can end what another began.
 */
import { timingSafeEqual } from 'node:crypto';
import type { Refusal } from '../../domain/decided.ts';
import { accountOf, signInAccount, whoSignsIn } from '../../domain/oncall/identity.ts';
import type { Person } from '../../domain/oncall/organisation.ts';
import type { SignIn } from '../../domain/oncall/sign-in.ts';
import type { Entering } from '../entering.ts';
import type { House } from '../house.ts';
import type { Clock, Log } from '../ports.ts';
import { type Asked, createProvider, type ProviderSettings, type Shown, SignInProblem } from './provider.ts';

/** Somebody who is signed in and shows once more that it is them. `session` ends with it. */
export type Again = { personId: string; session: string };
export type Opened = { personId: string; session: string; csrf: string; signIn: SignIn };

export type SignInPorts = Pick<Entering, 'changeOncall'> & {
  house: House;
  url: string;
  clock: Clock;
  log: Log;
  settings: ProviderSettings;
  digestOf(session: string): string;
  /** `replaces`: digest of the session that ends with this one */
  openSessionOf(personId: string, signIn: SignIn, at: number, replaces: string | null): Promise<Opened>;
  sign(text: string): string;
};

export const underWayMs = 10 * 60_000;
type UnderWay = Asked & { to: string; at: number; fresh: boolean; again: { personId: string; digest: string } | null };

const lost = (detail: string): SignInProblem => new SignInProblem('sign_in_lost', detail);

/** A path of ours; anything else leads to the inbox. */
export const wayBack = (to: string | null): string =>
  to !== null && /^\/(?![/\\]|sign-in|login)[\x21-\x7e]{0,2000}$/.test(to) ? to : '/';

export const createSignIn = (ports: SignInPorts) => {
  const { settings, url, clock, log } = ports;
  const provider = createProvider(settings, `${url}/sign-in/callback`, clock);
  const seal = (underWay: UnderWay): string => {
    const text = Buffer.from(JSON.stringify(underWay)).toString('base64url');
    return `${text}.${ports.sign(text)}`;
  };
  const unseal = (sealed: string): UnderWay | null => {
    const [text = '', given = ''] = sealed.split('.');
    const [mine, theirs] = [Buffer.from(ports.sign(text)), Buffer.from(given)];
    if (mine.length !== theirs.length || !timingSafeEqual(mine, theirs)) return null;
    return JSON.parse(Buffer.from(text, 'base64url').toString()) as UnderWay;
  };

  const begun = (sealed: string | null): UnderWay => {
    const underWay = sealed === null ? null : unseal(sealed);
    if (underWay === null) throw lost('This browser has not begun this sign-in, or has ended it.');
    if (clock.now() >= underWay.at + underWayMs) throw lost('It took longer than ten minutes.');
    return underWay;
  };

  const link = async (person: Person, { identity }: Shown): Promise<void> => {
    const address = accountOf(identity);
    const decided = await ports.changeOncall({ type: 'linkAccount', channel: signInAccount, address }, person);
    if (decided.refused !== undefined) throw new SignInProblem(decided.refused.code, decided.refused.detail);
    log.info({ personId: person.personId, account: address }, 'a sign-in was linked by its verified e-mail address');
  };

  const open = async (shown: Shown, { again }: UnderWay): Promise<Opened> => {
    const found = whoSignsIn(await ports.house.organisation(true), shown.identity);
    if (found.refused !== undefined) throw new SignInProblem(found.refused.code, found.refused.detail);
    const { person, linked } = found;
    if (again !== null && again.personId !== person.personId)
      throw new SignInProblem('sign_in_other', `You came back as ${person.name}.`);
    if (!linked) await link(person, shown);
    return ports.openSessionOf(person.personId, shown.signIn, clock.now(), again?.digest ?? null);
  };

  return {
    name: settings.name,
    /** Where the browser goes, and what it has to bring along when it comes back with this state. */
    begin: async (
      to: string | null,
      fresh: boolean,
      again: Again | null,
    ): Promise<{ url: URL; state: string; sealed: string }> => {
      const { url: there, asked } = await provider.begin(fresh);
      const known = again && { personId: again.personId, digest: ports.digestOf(again.session) };
      return {
        url: there,
        state: asked.state,
        sealed: seal({ ...asked, to: wayBack(to), at: clock.now(), fresh, again: known }),
      };
    },
    /** `search` is what the provider sent the browser back with; `sealed` what the browser kept for its state. */
    finish: async (
      search: string,
      sealed: string | null,
    ): Promise<{ to: string; opened: Opened } | { to: string; fresh: boolean; refused: Refusal }> => {
      let [to, fresh] = ['/', false];
      try {
        const underWay = begun(sealed);
        ({ to, fresh } = underWay);
        const shown = await provider.finish(search, underWay, underWay.fresh ? underWay.at : null);
        return { to, opened: await open(shown, underWay) };
      } catch (error) {
        if (!(error instanceof SignInProblem)) throw error;
        log.warn({ error: error.cause ?? error, code: error.refusal.code }, 'a sign-in failed');
        return { to, fresh, refused: error.refusal };
      }
    },
  };
};

export type SignInDoor = ReturnType<typeof createSignIn>;
