import { Bar, BarChart as Bars, CartesianGrid, ResponsiveContainer, Tooltip, XAxis, YAxis } from 'recharts';
import { useFormat } from '../../i18n/use-format';
import { CHART, GRID, type Series, TOOLTIP, X_AXIS, Y_AXIS } from './axes';

export interface BarChartProps {
  /** A bar each, with the quantity of every series by its key. */
  points: { start: string; [series: string]: number | string }[];
  /** Stacked from below. */
  series: Series[];
  /** How the start of a bar is written below it, and in full. */
  formatTick: (start: string) => string;
  formatStart: (start: string) => string;
  /** Of the bar that was clicked. */
  onSelect?: (start: string) => void;
}

/** Quantities over time. The default export is for `lazy`. */
export default function BarChart({ points, series, formatTick, formatStart, onSelect }: BarChartProps) {
  const format = useFormat();
  const isEmpty = points.every((point) => series.every(({ key }) => !Number(point[key])));
  const nameOf = (key: unknown) => series.find((each) => each.key === key)?.name ?? '';
  return (
    <ResponsiveContainer width="100%" height="100%">
      <Bars
        data={points}
        {...CHART}
        margin={{ top: 4, right: 0, bottom: 0, left: 0 }}
        {...(onSelect && {
          onClick: ({ activeLabel }) => activeLabel !== undefined && onSelect(String(activeLabel)),
          style: { cursor: 'pointer' },
        })}
      >
        <CartesianGrid {...GRID} />
        <XAxis {...X_AXIS} dataKey="start" tickFormatter={formatTick} />
        <YAxis
          {...Y_AXIS}
          allowDecimals={false}
          domain={isEmpty ? [0, 10] : [0, 'auto']}
          tickFormatter={(value: number) => format.number(value, { notation: 'compact' })}
        />
        <Tooltip
          {...TOOLTIP}
          cursor={{ fill: 'var(--sunken)' }}
          labelFormatter={(start) => formatStart(String(start))}
          formatter={(value, key) => [format.number(Number(value)), nameOf(key)]}
        />
        {series.map(({ key, color }, place) => (
          <Bar
            key={key}
            dataKey={key}
            stackId="all"
            fill={color}
            radius={place === series.length - 1 ? [3, 3, 0, 0] : 0}
            maxBarSize={28}
            isAnimationActive={false}
          />
        ))}
      </Bars>
    </ResponsiveContainer>
  );
}
