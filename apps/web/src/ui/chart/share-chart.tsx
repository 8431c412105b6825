import { ticks } from 'd3-array';
import { useFormat } from '../../i18n/use-format';
import { pathOf, Plot } from './plot';

/** The axis begins here at the latest, so that a curve at the top still has a height. */
const HIGHEST_FLOOR = 0.9;

export interface Point {
  x: number;
  /** A share. */
  y: number;
}

interface ShareChartProps {
  /** By rising x. */
  points: Point[];
  xName: string;
  yName: string;
  /** Whether x is a share as well, and not a count. */
  isShareX?: boolean;
  /** Draws where x and y would be the same. */
  hasDiagonal?: boolean;
  marked?: Point;
}

/** Shares over shares or counts. */
export function ShareChart({ points, xName, yName, isShareX, hasDiagonal, marked }: ShareChartProps) {
  const format = useFormat();
  const most = isShareX ? 1 : Math.max(1, ...points.map(({ x }) => x));
  const formatX = isShareX ? format.percent : (value: number) => format.number(value, { notation: 'compact' });
  const percent = (value: number) => format.number(value, { style: 'percent', maximumFractionDigits: 1 });
  const least = Math.min(...points.map(({ y }) => y));
  return (
    <Plot
      places={points.map(({ x }) => x / most)}
      domain={[hasDiagonal ? 0 : Math.min(HIGHEST_FLOOR, Math.floor(least * 10) / 10), 1]}
      isExact
      formatY={format.percent}
      xTicks={ticks(0, most, 5).map((x) => ({ place: x / most, text: formatX(x) }))}
      xName={xName}
      read={(at) => ({
        title: `${xName}: ${isShareX ? percent(points[at]!.x) : format.number(points[at]!.x)}`,
        lines: [{ name: yName, value: percent(points[at]!.y) }],
      })}
    >
      {({ x, y }) => {
        const dots = points.map((point): [number, number] => [x(point.x / most), y(point.y)]);
        return (
          <>
            {hasDiagonal && (
              <line x1={x(0)} x2={x(1)} y1={y(0)} y2={y(1)} stroke="var(--muted)" strokeDasharray="4 3" />
            )}
            <path d={pathOf(dots)} fill="none" stroke="var(--accent)" strokeWidth={2} />
            {dots.map(([left, top]) => (
              <circle key={left} cx={left} cy={top} r={3} fill="var(--accent)" />
            ))}
            {marked && (
              <circle
                cx={x(marked.x / most)}
                cy={y(marked.y)}
                r={6}
                fill="var(--surface)"
                stroke="var(--accent)"
                strokeWidth={3}
              />
            )}
          </>
        );
      }}
    </Plot>
  );
}
