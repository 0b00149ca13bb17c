/** The drawing of a control: steps, what the gate answers, sign-offs and ladders. Laid out by the server; the words below it say the same. */
import type { Arrow, Box, Drawing as Laid } from '@belay/control';
import { Button } from '@mantine/core';
import { IconArrowsDiagonal, IconArrowsDiagonalMinimize2 } from '@tabler/icons-react';
import { type CSSProperties, useId, useState } from 'react';
import css from './drawing.module.css';

const Lines = ({ lines, x, y, height }: { lines: string[]; x: number; y: number; height: number }) =>
  lines.map((line, index) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: the lines of one box never change their order
    <text key={index} x={x} y={y + (index - (lines.length - 1) / 2) * height} data-first={index === 0 || undefined}>
      {line}
    </text>
  ));

const BoxOf = ({ box: { kind, lines, x, y, width, height } }: { box: Box }) => (
  <g data-kind={kind}>
    <rect x={x - width / 2} y={y - height / 2} width={width} height={height} rx={8} />
    <Lines lines={lines} x={x} y={y} height={17} />
  </g>
);

const ArrowOf = ({ arrow: { points, label }, head }: { arrow: Arrow; head: string }) => (
  <g className={css.arrow}>
    <polyline points={points.map(({ x, y }) => `${x},${y}`).join(' ')} markerEnd={`url(#${head})`} />
    {label !== null && (
      <g className={css.label}>
        <rect x={label.x - label.width / 2} y={label.y - label.height / 2} width={label.width} height={label.height} />
        <Lines lines={label.lines} x={label.x} y={label.y} height={15} />
      </g>
    )}
  </g>
);

export const Drawing = ({ drawing, title }: { drawing: Laid; title: string }) => {
  const head = useId();
  const [full, setFull] = useState(false);
  const { width, height, boxes, arrows } = drawing;
  const sizes = { '--least': `${Math.round(width * 0.8)}px`, '--drawn': `${width}px` };
  const Icon = full ? IconArrowsDiagonalMinimize2 : IconArrowsDiagonal;
  return (
    <figure className={`card ${css.figure}`} data-full={full || undefined}>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls sideways must be reachable by keyboard */}
      <div className={css.scroll} tabIndex={0}>
        <svg
          viewBox={`0 0 ${width} ${height}`}
          style={{ ...sizes, maxWidth: full ? undefined : Math.round(width * 1.2) } as CSSProperties}
          role="img"
          aria-label={`Steps, answers of the gate, sign-offs and ladders of ${title}. The sections below say the same in words.`}
        >
          <defs>
            <marker id={head} viewBox="0 0 10 10" refX="9" refY="5" markerWidth="7" markerHeight="7" orient="auto">
              <path d="M0 0 10 5 0 10z" />
            </marker>
          </defs>
          {arrows.map((arrow) => (
            <ArrowOf key={`${arrow.from} ${arrow.to}`} arrow={arrow} head={head} />
          ))}
          {boxes.map((box) => (
            <BoxOf key={box.id} box={box} />
          ))}
        </svg>
      </div>
      <Button
        variant="subtle"
        color="gray"
        size="compact-sm"
        leftSection={<Icon size={15} stroke={1.7} aria-hidden />}
        onClick={() => setFull(!full)}
      >
        {full ? 'Fit to the page' : 'Full size'}
      </Button>
    </figure>
  );
};
