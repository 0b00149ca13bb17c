/** How the channels are doing: whether people are told there, what waits, what went wrong last and what to do. */
import type { AnswerOf } from '@belay/protocol';
import { Skeleton } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { channelsQuery } from '../data/queries.ts';
import { Inert } from '../parts/Inert.tsx';
import { PageHead } from '../parts/PageHead.tsx';
import { ProblemNote } from '../parts/ProblemNote.tsx';
import { Tag, type Tone } from '../parts/Tag.tsx';
import { When } from '../parts/When.tsx';
import css from './channels.module.css';

type Shown = AnswerOf<'listChannels'>['items'][number];

const states: Record<Shown['state'], { word: string; tone: Tone }> = {
  working: { word: 'Works', tone: 'accent' },
  paused: { word: 'Paused', tone: 'wait' },
  troubled: { word: 'In trouble', tone: 'alarm' },
  down: { word: 'Down', tone: 'alarm' },
};

const State = ({ channel }: { channel: Shown }) => {
  const { word, tone } = states[channel.state];
  return (
    <>
      <Tag tone={tone}>{word}</Tag>{' '}
      <span className="quiet">
        {channel.pausedUntil !== null && (
          <>
            until <When at={channel.pausedUntil} />
          </>
        )}
        {channel.since !== null && (
          <>
            since <When at={channel.since} />
          </>
        )}
      </span>
    </>
  );
};

const Row = ({ channel }: { channel: Shown }) => (
  <section className={css.channel} aria-label={channel.title} data-state={channel.state}>
    <header>
      <h2>{channel.title}</h2>
      <State channel={channel} />
    </header>
    <dl className={css.facts}>
      <dt>Waiting to be sent</dt>
      <dd>
        {channel.waiting === 0 ? 'nothing' : channel.waiting}
        {channel.waitingSince !== null && (
          <>
            , the oldest since <When at={channel.waitingSince} />
          </>
        )}
      </dd>
      <dt>Last sent</dt>
      <dd>{channel.deliveredAt === null ? 'nothing yet' : <When at={channel.deliveredAt} />}</dd>
      {channel.lastError !== null && channel.lastErrorAt !== null && (
        <>
          <dt>Last error</dt>
          <dd>
            <Inert text={channel.lastError} /> (<When at={channel.lastErrorAt} />)
          </dd>
        </>
      )}
      {channel.refused > 0 && (
        <>
          <dt>Refused</dt>
          <dd>{channel.refused} deliveries came in and did not verify</dd>
        </>
      )}
    </dl>
    {channel.because !== null && (
      <p className={css.remedy}>
        <strong>
          <Inert text={channel.because} />.
        </strong>{' '}
        {channel.remedy}
      </p>
    )}
  </section>
);

export const ChannelsPage = () => {
  const { data, error } = useQuery(channelsQuery);
  return (
    <div className={css.page}>
      <PageHead title="Channels" note="Where people are told, and whether they can be." />
      {error !== null && <ProblemNote error={error} />}
      {data === undefined && error === null && <Skeleton height={320} radius="lg" />}
      {data?.items.length === 0 && (
        <div className={`card ${css.box}`}>
          <p>No channel is set up: people are told in this inbox alone.</p>
          <p className="quiet">
            <code>belay channel add slack</code> says how Slack is connected; there are also Teams, Jira, Notion,
            ServiceNow, mail and webhooks.
          </p>
        </div>
      )}
      {data !== undefined && data.items.length > 0 && (
        <div className={`card ${css.list}`}>
          {data.items.map((channel) => (
            <Row key={channel.channel} channel={channel} />
          ))}
        </div>
      )}
    </div>
  );
};
