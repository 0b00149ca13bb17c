import { describe, expect, it } from 'vitest';
import { environmentForOthers, readConfig, wantsColour } from './config.ts';

describe('configuration', () => {
  it('listens on this machine only, unless told otherwise', () => {
    expect(readConfig({}, {})).toMatchObject({
      host: '127.0.0.1',
      port: 4700,
      databaseUrl: undefined,
      logLevel: 'warn',
    });
  });

  it('takes an empty variable for one that is not set', () => {
    const names = ['HOST', 'PORT', 'DATA', 'URL', 'LOG', 'SOURCES', 'INTAKE', 'KEY', 'TOKEN'];
    const env = Object.fromEntries(names.map((name) => [`BELAY_${name}`, '']));
    expect(readConfig({}, env)).toEqual(readConfig({}, {}));
    expect(readConfig({ host: '', data: '' }, {})).toEqual(readConfig({}, {}));
  });

  it('lets an option win over the environment', () => {
    expect(readConfig({ port: '0' }, { BELAY_PORT: '5000' }).port).toBe(0);
    expect(readConfig({}, { BELAY_PORT: '5000' }).port).toBe(5000);
  });

  it.each(['70000', '-1', '80a', '', '0x50'])('refuses the port %j with the way to mend it', (port) => {
    expect(() => readConfig({ port }, {})).toThrow(/not a number from 0 to 65535. Mend --port/);
  });

  it('refuses a DATABASE_URL that is none, and takes an empty one for unset', () => {
    expect(() => readConfig({}, { DATABASE_URL: 'mysql://db' })).toThrow(/does not begin with postgresql:/);
    expect(readConfig({}, { DATABASE_URL: '' }).databaseUrl).toBeUndefined();
  });

  it('refuses an address without http, and drops the slash at its end', () => {
    expect(() => readConfig({ url: 'belay.example.com' }, {})).toThrow(/does not begin with http/);
    expect(readConfig({ url: 'https://belay.example.com/' }, {}).url).toBe('https://belay.example.com');
    for (const url of [
      'https://belay.example.com?a=b',
      'https://belay.example.com/#x',
      'https://be lay',
      'https://a:b@c',
    ])
      expect(() => readConfig({ url }, {})).toThrow(/no address that links can begin with/);
  });

  it('takes a model with an address, a name and a secret by reference, or none', () => {
    expect(readConfig({}, {}).model).toBeUndefined();
    const env = { BELAY_MODEL_URL: 'https://models.example.com/v1/', BELAY_MODEL: 'small' };
    expect(readConfig({}, env).model).toEqual({
      url: 'https://models.example.com/v1',
      model: 'small',
      secret: undefined,
    });
    const secret = { ...env, BELAY_MODEL_SECRET: 'MODEL_KEY', MODEL_KEY: 'k' };
    expect(readConfig({}, secret).model?.secret).toBe('k');
  });

  it.each([
    [{ BELAY_MODEL: 'small' }, 'BELAY_MODEL_URL is not set'],
    [{ BELAY_MODEL_URL: 'https://m.example.com' }, 'BELAY_MODEL is not set'],
    [{ BELAY_MODEL: 'small', BELAY_MODEL_URL: 'm.example.com' }, 'is no http address'],
    [{ BELAY_MODEL: 'small', BELAY_MODEL_URL: 'https://me:secret@m.example.com' }, 'without a password'],
    [{ BELAY_MODEL: 'small', BELAY_MODEL_URL: 'http://m', BELAY_MODEL_SECRET: 'KEY' }, 'where nothing stands'],
  ])('starts with no half of a model: %j', (env, sentence) => {
    expect(() => readConfig({}, env)).toThrow(sentence);
  });

  it('names the levels of the log', () => {
    expect(() => readConfig({}, { BELAY_LOG: 'loud' })).toThrow(/trace, debug, info/);
  });

  it('colours a terminal only, and never against NO_COLOR or on a dumb one', () => {
    expect(wantsColour(true, {})).toBe(true);
    expect(wantsColour(false, {})).toBe(false);
    expect(wantsColour(true, { NO_COLOR: '1' })).toBe(false);
    expect(wantsColour(true, { TERM: 'dumb' })).toBe(false);
  });
});

describe('an identity provider', () => {
  const oidc = {
    BELAY_OIDC_ISSUER: 'https://login.example.com/tenant/',
    BELAY_OIDC_CLIENT_ID: 'belay',
    BELAY_OIDC_CLIENT_SECRET: 'secret',
  };

  it('takes an identity provider whole, its issuer as it is written, or none', () => {
    expect(readConfig({}, {})).toMatchObject({ oidc: undefined, loginLinks: 'everybody' });
    const whole = { issuer: oidc.BELAY_OIDC_ISSUER, clientId: 'belay', clientSecret: 'secret' };
    expect(readConfig({}, oidc).oidc).toEqual({ ...whole, name: 'login.example.com' });
    expect(readConfig({}, { ...oidc, BELAY_OIDC_NAME: 'Acme' }).oidc?.name).toBe('Acme');
    expect(readConfig({}, { ...oidc, BELAY_LOGIN_LINKS: 'administrators' }).loginLinks).toBe('administrators');
    expect(environmentForOthers({ ...oidc, PATH: '/bin' })).not.toHaveProperty('BELAY_OIDC_CLIENT_SECRET');
  });

  it.each([
    [{ ...oidc, BELAY_OIDC_CLIENT_SECRET: '' }, 'BELAY_OIDC_CLIENT_SECRET not set'],
    [{ ...oidc, BELAY_OIDC_CLIENT_SECRET: 'file:/nowhere' }, 'where nothing stands'],
    [{ ...oidc, BELAY_OIDC_ISSUER: 'http://login.example.com' }, 'with https'],
    [{ ...oidc, BELAY_OIDC_ISSUER: 'http://login.example.com', BELAY_OIDC_NAME: 'Acme' }, 'with https'],
    [{ ...oidc, BELAY_LOGIN_LINKS: 'off' }, 'everybody or administrators'],
    [{ BELAY_LOGIN_LINKS: 'administrators' }, 'nobody else could sign in'],
  ])('starts with no half of an identity provider: %j', (env, sentence) => {
    expect(() => readConfig({}, env)).toThrow(sentence);
  });
});
