/** Two weeks of a schedule, side by side: who is told, and under it what each layer does on its own. */
import { useNow } from '../parts/now.ts';
import { exact } from '../text/instants.ts';
import { type Block, blockOf, type Calendar, daysOf, type Shift, toneOf } from './calendar.ts';
import css from './oncall.module.css';

const dayFormat = new Intl.DateTimeFormat(undefined, { weekday: 'short', day: 'numeric' });

const at = ({ left, width }: Block) => ({ insetInlineStart: `${left}%`, width: `${width}%` });

const inWords = ({ name, from, to, because }: Shift): string =>
  `${name ?? 'Nobody'}: ${exact(Date.parse(from))} to ${exact(Date.parse(to))}. ${because}`;

type RowProps = {
  label: string;
  shifts: readonly Shift[];
  calendar: Calendar;
  onShift: (shift: Shift) => void;
  told?: boolean;
};

const Row = ({ label, shifts, calendar, onShift, told = false }: RowProps) => {
  const [from, to] = [Date.parse(calendar.from), Date.parse(calendar.to)];
  const tone = toneOf(calendar);
  return (
    <div className={css.row} data-told={told || undefined}>
      <span className={css.label}>{label}</span>
      <ol className={css.track} aria-label={label}>
        {shifts
          .filter(({ personId }) => told || personId !== null)
          .map((shift) => (
            <li key={shift.from} style={at(blockOf(shift, from, to))}>
              <button
                type="button"
                data-tone={shift.personId === null ? undefined : tone(shift.personId)}
                data-gap={shift.personId === null || undefined}
                title={inWords(shift)}
                aria-label={`Change: ${inWords(shift)}`}
                onClick={() => onShift(shift)}
              >
                <span>{shift.name ?? 'nobody'}</span>
              </button>
            </li>
          ))}
      </ol>
    </div>
  );
};

/** Where now is, when it is in the picture. */
const Hand = ({ from, to }: { from: number; to: number }) => {
  const share = useNow((now) => Math.round((1_000 * (now - from)) / (to - from)) / 10);
  if (share < 0 || share > 100) return null;
  return (
    <div className={css.hand} aria-hidden>
      <span style={{ insetInlineStart: `${share}%` }} />
    </div>
  );
};

type Props = { calendar: Calendar; onShift: (shift: Shift) => void };

export const Timeline = ({ calendar, onShift }: Props) => {
  const [from, to] = [Date.parse(calendar.from), Date.parse(calendar.to)];
  return (
    <section className={css.scroll} aria-label={`Calendar of ${calendar.schedule.about}`}>
      <div className={css.timeline}>
        <div className={css.row} aria-hidden>
          <span className={css.label} />
          <div className={`${css.track} ${css.days}`}>
            {daysOf(from, to).map((day) => (
              <span key={day.at} style={at(day)} data-weekend={day.weekend || undefined}>
                {day.width > 4 && dayFormat.format(day.at)}
              </span>
            ))}
          </div>
        </div>
        <Row label="told" shifts={calendar.shifts} calendar={calendar} onShift={onShift} told />
        {calendar.layers.length > 1 &&
          calendar.layers.map(({ layer, shifts }) => (
            <Row key={layer} label={layer} shifts={shifts} calendar={calendar} onShift={onShift} />
          ))}
        <Hand from={from} to={to} />
      </div>
    </section>
  );
};
