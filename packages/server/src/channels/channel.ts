/**
 * The contract of a channel. Its capabilities are engine/channel-ports.ts; what it shows begins with channels/card.ts;
 * what it lets through goes by channels/inert.ts. This file is how a channel is set up: its settings, each with the
 * environment variable it comes from, and what it is created with. Every channel passes test/contract/channel.ts.
 */
import type { Channel } from '../engine/channel-ports.ts';
import type { GuideOf } from './guide.ts';

export type Setting = {
  /** name of the environment variable */
  env: string;
  about: string;
  /** left out: required as soon as anything of the channel is set */
  fallback?: string;
  /** an address of http or https */
  isUrl?: true;
};
type Settings = Record<string, Setting>;
export type SettingValues<S extends Settings> = { [Name in keyof S]: string };

export type ChannelDefinition = {
  name: string;
  title: string;
  settings: Settings;
  guide: GuideOf;
  /** makes over there what the channel needs and can make itself; answers what it made */
  prepare?(values: Record<string, string>): Promise<string[]>;
  create(values: Record<string, string>): Channel;
};

/** Keeps the names of the settings for `create`, and forgets them for the list of all channels. */
export const defineChannel = <S extends Settings>(definition: {
  name: string;
  title: string;
  settings: S;
  guide: GuideOf;
  prepare?(values: SettingValues<S>): Promise<string[]>;
  create(values: SettingValues<S>): Channel;
}): ChannelDefinition => definition as unknown as ChannelDefinition;

/** A channel that is half set up: the server does not start with it. */
export class ChannelProblem extends Error {}

const required = ({ settings }: ChannelDefinition): Setting[] =>
  Object.values(settings).filter((setting) => setting.fallback === undefined);

type Read = (env: string) => string | undefined;
const given = (read: Read, { env }: Setting): string | undefined => read(env)?.trim() || undefined;

/** What a channel still needs, and whether anything of it is there. */
export const missingOf = (definition: ChannelDefinition, read: Read): { missing: Setting[]; isBegun: boolean } => {
  const needed = required(definition);
  const missing = needed.filter((setting) => given(read, setting) === undefined);
  return { missing, isBegun: missing.length < needed.length };
};

/** `Write` says how; what was written there is named, so nothing secret goes through here. */
export const unreadable = ({ env }: Setting, text: string, write: string): ChannelProblem =>
  new ChannelProblem(`${env} is "${text}". Write ${write}.`);

export const isWebUrl = (text: string): boolean =>
  URL.canParse(text) && ['http:', 'https:'].includes(new URL(text).protocol);

/** The values of the settings, null when nothing is set; half set up is refused. A blank value is no value. */
export const valuesOf = (definition: ChannelDefinition, read: Read): Record<string, string> | null => {
  const { missing, isBegun } = missingOf(definition, read);
  if (!isBegun) return null;
  if (missing.length > 0) {
    const list = missing.map(({ env, about }) => `${env} (${about})`).join(', ');
    throw new ChannelProblem(
      `${definition.title} is only half set up: ${list} is missing. Set it, or unset the others.`,
    );
  }
  const values = Object.entries(definition.settings).map(([name, setting]) => {
    const value = given(read, setting) ?? setting.fallback ?? '';
    if (setting.isUrl && !isWebUrl(value)) throw unreadable(setting, value, 'an address: https://…');
    return [name, value];
  });
  return Object.fromEntries(values) as Record<string, string>;
};

/** The channel, null when nothing of it is set. */
export const configured = (definition: ChannelDefinition, read: Read): Channel | null => {
  const values = valuesOf(definition, read);
  return values === null ? null : definition.create(values);
};
