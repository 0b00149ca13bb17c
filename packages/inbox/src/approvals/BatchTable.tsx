/** Many sign-offs of one kind as one decision: each with its digest, any of them left out, the sum before the button. */
import { type ApprovalView, readable, sayName, upper } from '@belay/protocol';
import { Button, Checkbox } from '@mantine/core';
import { IconEyeExclamation, IconSignature } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { useAct } from '../data/act.ts';
import { call } from '../data/api.ts';
import { Inert } from '../parts/Inert.tsx';
import { ProblemNote } from '../parts/ProblemNote.tsx';
import { ReasonDialog } from '../parts/ReasonDialog.tsx';
import { useMe } from '../session/me.ts';
import { countText } from '../text/targets.ts';
import { shortDigest, subjectText } from '../text/values.ts';
import css from './batch.module.css';
import { type Batch, moneyOf, needsLook, totalsOf } from './batch.ts';
import { SignInAgain, useTooOld } from './SignInAgain.tsx';
import { keepTicks, readTicks } from './ticks.ts';

const money = (text: string): string => readable(text, 'money', {}) ?? text;

type RowProps = { one: ApprovalView; chosen: boolean; onChoose: (chosen: boolean) => void };

const Row = ({ one, chosen, onChoose }: RowProps) => {
  const look = needsLook(one);
  const title = one.packet?.sentence ?? subjectText(one.arguments);
  return (
    <tr data-left-out={!chosen || undefined}>
      <td>
        <Checkbox
          checked={chosen}
          onChange={(event) => onChoose(event.currentTarget.checked)}
          aria-label={`Sign: ${title}`}
        />
      </td>
      <td>
        <Link to="/approvals/$approvalId" params={{ approvalId: one.approvalId }} data-row>
          <Inert text={title} />
        </Link>
        {look !== null && (
          <span className={css.look}>
            <IconEyeExclamation size={15} stroke={1.7} aria-hidden /> <Inert text={look} />
          </span>
        )}
      </td>
      <td className={css.amount}>{money(moneyOf(one) ?? '')}</td>
      <td className="mono quiet" title={one.digest}>
        {shortDigest(one.digest)}
      </td>
    </tr>
  );
};

const signing = (count: number, totals: string[]) => ({
  title: `Sign ${countText(count, 'sign-off')} as one`,
  explain: `${totals.map(money).join(' and ')}${totals.length > 0 ? '. ' : ''}Each is signed by its own digest; what you left out goes on waiting.`,
  label: 'A word for the record',
  confirm: `Sign ${count}`,
  optional: true,
});

/** What the server did not take, each with its reason. */
const Refused = ({ items }: { items: { approvalId: string; detail: string | null }[] }) => (
  <ul className={css.refused} aria-label="Not signed">
    {items.map(({ approvalId, detail }) => (
      <li key={approvalId}>
        <Link to="/approvals/$approvalId" params={{ approvalId }}>
          One was not signed
        </Link>
        : <Inert text={detail ?? ''} />
      </li>
    ))}
  </ul>
);

export const BatchTable = ({ batch }: { batch: Batch }) => {
  const { personId } = useMe();
  const [picked, setPicked] = useState(() => readTicks(personId));
  const [asking, setAsking] = useState(false);
  // What needs a look of its own is not signed with the others unless somebody says so.
  const isChosen = (one: ApprovalView) => picked[one.approvalId] ?? needsLook(one) === null;
  const chosen = batch.items.filter(isChosen);
  const totals = totalsOf(chosen);
  const tooOld = useTooOld(batch.items);
  const sign = useAct(
    (comment: string) => {
      const approve = chosen.map(({ approvalId, revision, digest }) => ({ approvalId, revision, digest }));
      return call('decideBatch', { body: { approve, ...(comment === '' ? {} : { comment }) } });
    },
    { onDone: () => setAsking(false) },
  );
  const choose = (ids: string[], on: boolean) => {
    const ticks = Object.fromEntries(ids.map((id) => [id, on]));
    keepTicks(personId, ticks);
    setPicked((now) => ({ ...now, ...ticks }));
  };
  const refused = (sign.data?.items ?? []).filter(({ decided }) => decided === null);
  const all = chosen.length === batch.items.length;
  return (
    <section
      className={`card ${css.batch}`}
      aria-label={`${batch.items[0]?.packet?.step ?? sayName(batch.step)}, ${sayName(batch.name)}`}
    >
      <header className={css.head}>
        <div>
          <h2>{upper(batch.items[0]?.packet?.step ?? sayName(batch.step))}</h2>
          <p className="quiet">
            {countText(batch.items.length, 'sign-off')} of one kind, {sayName(batch.name)}
          </p>
        </div>
        <p className={css.total}>{totals.map(money).join(' + ')}</p>
        <Button
          leftSection={<IconSignature size={18} aria-hidden />}
          disabled={chosen.length === 0 || tooOld}
          onClick={() => setAsking(true)}
        >
          Sign {chosen.length}…
        </Button>
      </header>
      {tooOld && <SignInAgain asked={batch.items} />}
      {sign.error !== null && !asking && <ProblemNote error={sign.error} onClose={sign.reset} />}
      {refused.length > 0 && <Refused items={refused} />}
      <div className={css.scroll}>
        <table>
          <thead>
            <tr>
              <th>
                <Checkbox
                  checked={all}
                  indeterminate={!all && chosen.length > 0}
                  onChange={() =>
                    choose(
                      batch.items.map(({ approvalId }) => approvalId),
                      !all,
                    )
                  }
                  aria-label="Sign all of them"
                />
              </th>
              <th>What</th>
              <th className={css.amount}>Amount</th>
              <th>Digest</th>
            </tr>
          </thead>
          <tbody>
            {batch.items.map((one) => (
              <Row
                key={one.approvalId}
                one={one}
                chosen={isChosen(one)}
                onChoose={(on) => choose([one.approvalId], on)}
              />
            ))}
          </tbody>
        </table>
      </div>
      <ReasonDialog
        asked={signing(chosen.length, totals)}
        opened={asking}
        pending={sign.isPending}
        error={sign.error}
        onClose={() => setAsking(false)}
        onConfirm={(comment) => sign.mutate(comment)}
      />
    </section>
  );
};
