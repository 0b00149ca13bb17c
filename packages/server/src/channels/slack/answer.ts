/** Answers to the presser alone: a note, a form, a home page, a preview. */
import type { JsonObject } from '@belay/protocol';
import type { WebClient } from '@slack/web-api';
import type { Answer, Ask, HttpAnswer, RefusedForm } from '../../engine/channel-ports.ts';
import { form, list, preview, refused, said, withLink } from './render.ts';

/** Where Slack lets us answer an interaction. The address comes from outside: no other host is ever called. */
export type ResponseHosts = readonly string[];

type Reply = {
  user: string;
  channel: string;
  trigger: string;
  responseUrl: string;
  home: string;
  ts: string;
  unfurl: string;
  source: string;
};

const replyOf = ({ replyTo }: Ask): Reply => {
  const given = replyTo as JsonObject;
  const text = (name: string): string => (typeof given[name] === 'string' ? given[name] : '');
  return {
    user: text('user'),
    channel: text('channel'),
    trigger: text('trigger'),
    responseUrl: text('responseUrl'),
    home: text('home'),
    ts: text('ts'),
    unfurl: text('unfurl'),
    source: text('source'),
  };
};

type Message = ReturnType<typeof said>;
type Port = { client: WebClient; hosts: ResponseHosts; fetch: typeof fetch };

const mayAnswerAt = (url: string, hosts: ResponseHosts): boolean =>
  URL.canParse(url) && hosts.includes(new URL(url).origin);

const toPresser = async ({ client, hosts, fetch }: Port, reply: Reply, message: Message): Promise<void> => {
  if (mayAnswerAt(reply.responseUrl, hosts)) {
    const body = JSON.stringify({ response_type: 'ephemeral', replace_original: false, ...message });
    const headers = { 'content-type': 'application/json' };
    const signal = AbortSignal.timeout(8_000);
    const { ok } = await fetch(reply.responseUrl, { method: 'POST', headers, body, redirect: 'error', signal });
    if (ok) return;
  }
  if (reply.channel !== '' && !reply.channel.startsWith('D')) {
    await client.chat.postEphemeral({ channel: reply.channel, user: reply.user, ...message });
    return;
  }
  const opened = await client.conversations.open({ users: reply.user });
  await client.chat.postMessage({ channel: opened.channel?.id ?? '', ...message });
};

const unfurl = async ({ client }: Port, reply: Reply, previews: Extract<Answer, { kind: 'previews' }>['previews']) => {
  const unfurls = Object.fromEntries(previews.map(({ link, card }) => [link, { blocks: preview(card) }]));
  if (reply.unfurl !== '' && (reply.source === 'composer' || reply.source === 'conversations_history'))
    await client.chat.unfurl({ unfurl_id: reply.unfurl, source: reply.source, unfurls });
  else await client.chat.unfurl({ channel: reply.channel, ts: reply.ts, unfurls });
};

/** At the fields, or in the form where it is not about a field; Slack keeps it open either way. */
const inForm = (text: string, asked: RefusedForm, channel: string): HttpAnswer => {
  const isOfFields = Object.keys(asked.wrong).length > 0;
  const body = isOfFields
    ? { response_action: 'errors', errors: asked.wrong }
    : { response_action: 'update', view: refused(text, asked, channel) };
  return { status: 200, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
};

export const answerAsk = async (port: Port, ask: Ask, answer: Answer): Promise<HttpAnswer | null> => {
  const reply = replyOf(ask);
  switch (answer.kind) {
    case 'said': {
      if (answer.refusedForm !== undefined) return inForm(answer.text, answer.refusedForm, reply.channel);
      const message = answer.link === undefined ? said(answer.text) : withLink(answer.text, answer.link);
      if (reply.home !== '')
        await port.client.views.publish({ user_id: reply.home, view: { type: 'home', blocks: message.blocks } });
      else await toPresser(port, reply, message);
      return null;
    }
    case 'form':
      await port.client.views.open({ trigger_id: reply.trigger, view: form(answer.form, reply.channel) });
      return null;
    case 'cards': {
      const blocks = list(answer.title, answer.cards);
      if (reply.home !== '') await port.client.views.publish({ user_id: reply.home, view: { type: 'home', blocks } });
      else await toPresser(port, reply, { text: answer.title, blocks });
      return null;
    }
    case 'previews':
      await unfurl(port, reply, answer.previews);
      return null;
  }
};
