/** An instant, told relatively; the exact time on hover. */
import { clock, exact, relative, span } from '../text/instants.ts';
import { useNow } from './now.ts';

type How = 'relative' | 'since' | 'clock';
const say = {
  relative,
  since: (at: number, now: number) => span(Math.max(0, now - at)),
  clock,
} as const satisfies Record<How, (at: number, now: number) => string>;

export const When = ({ at, how = 'relative' }: { at: string; how?: How }) => {
  const instant = Date.parse(at);
  const text = useNow((now) => say[how](instant, now));
  return (
    <time className="number" dateTime={at} title={exact(instant)}>
      {text}
    </time>
  );
};
