/**
 * The contract of a channel. Its capabilities are engine/channel-ports.ts; what it shows begins with channels/card.ts;
 * what it lets through goes by channels/inert.ts. This file is how a channel is set up: its settings, each with the
 * environment variable it comes from, and what it is created with. Every channel passes test/contract/channel.ts.
 */
import type { Channel } from '../engine/channel-ports.ts';

export type Setting = {
  /** name of the environment variable */
  env: string;
  about: string;
  /** left out: required as soon as anything of the channel is set */
  fallback?: string;
};
type Settings = Record<string, Setting>;
export type SettingValues<S extends Settings> = { [Name in keyof S]: string };

export type ChannelDefinition = {
  name: string;
  title: string;
  settings: Settings;
  create(values: Record<string, string>): Channel;
};

/** Keeps the names of the settings for `create`, and forgets them for the list of all channels. */
export const defineChannel = <S extends Settings>(definition: {
  name: string;
  title: string;
  settings: S;
  create(values: SettingValues<S>): Channel;
}): ChannelDefinition => definition as unknown as ChannelDefinition;

/** A channel that is half set up: the server does not start with it. */
export class ChannelProblem extends Error {}

const required = ({ settings }: ChannelDefinition): Setting[] =>
  Object.values(settings).filter((setting) => setting.fallback === undefined);

/** The channel, null when nothing of it is set; half set up it is refused. A blank value is no value. */
export const configured = (
  definition: ChannelDefinition,
  read: (env: string) => string | undefined,
): Channel | null => {
  const given = ({ env }: Setting): string | undefined => read(env)?.trim() || undefined;
  const needed = required(definition);
  const missing = needed.filter((setting) => given(setting) === undefined);
  if (missing.length === needed.length) return null;
  if (missing.length > 0) {
    const list = missing.map(({ env, about }) => `${env} (${about})`).join(', ');
    throw new ChannelProblem(
      `${definition.title} is only half set up: ${list} is missing. Set it, or unset the others.`,
    );
  }
  const values = Object.entries(definition.settings).map(([name, setting]) => [
    name,
    given(setting) ?? setting.fallback ?? '',
  ]);
  return definition.create(Object.fromEntries(values) as Record<string, string>);
};
