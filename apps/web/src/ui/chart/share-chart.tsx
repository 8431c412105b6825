import {
  CartesianGrid,
  Label,
  Line,
  LineChart,
  ReferenceDot,
  ReferenceLine,
  ResponsiveContainer,
  Tooltip,
  XAxis,
  YAxis,
} from 'recharts';
import { useFormat } from '../../i18n/use-format';
import { AXIS_LABEL, CHART, GRID, TOOLTIP, X_AXIS, Y_AXIS } from './axes';

/** The axis begins here at the latest, so that a curve at the top still has a height. */
const HIGHEST_FLOOR = 0.9;

export interface Point {
  x: number;
  /** A share. */
  y: number;
}

export interface ShareChartProps {
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

/** Shares over shares or counts. The default export is for `lazy`. */
export default function ShareChart({ points, xName, yName, isShareX, hasDiagonal, marked }: ShareChartProps) {
  const format = useFormat();
  const formatX = isShareX ? format.percent : (value: number) => format.number(value, { notation: 'compact' });
  const percent = (value: number) => format.number(value, { style: 'percent', maximumFractionDigits: 1 });
  const least = Math.min(...points.map(({ y }) => y));
  return (
    <ResponsiveContainer width="100%" height="100%">
      <LineChart data={points} {...CHART} margin={{ top: 6, right: 12, bottom: 14, left: 0 }}>
        <CartesianGrid {...GRID} />
        <XAxis
          {...X_AXIS}
          dataKey="x"
          type="number"
          domain={isShareX ? [0, 1] : [0, 'dataMax']}
          tickFormatter={formatX}
        >
          <Label value={xName} position="insideBottom" offset={-10} style={AXIS_LABEL} />
        </XAxis>
        <YAxis
          {...Y_AXIS}
          domain={[hasDiagonal ? 0 : Math.min(HIGHEST_FLOOR, Math.floor(least * 10) / 10), 1]}
          tickCount={5}
          tickFormatter={format.percent}
        />
        <Tooltip
          {...TOOLTIP}
          labelFormatter={(x) => `${xName}: ${isShareX ? percent(Number(x)) : format.number(Number(x))}`}
          formatter={(y) => [percent(Number(y)), yName]}
        />
        {hasDiagonal && (
          <ReferenceLine
            segment={[
              { x: 0, y: 0 },
              { x: 1, y: 1 },
            ]}
            stroke="var(--muted)"
            strokeDasharray="4 3"
          />
        )}
        <Line
          dataKey="y"
          stroke="var(--accent)"
          strokeWidth={2}
          dot={{ r: 3, fill: 'var(--accent)', strokeWidth: 0 }}
          isAnimationActive={false}
        />
        {marked && <ReferenceDot {...marked} r={6} fill="var(--surface)" stroke="var(--accent)" strokeWidth={3} />}
      </LineChart>
    </ResponsiveContainer>
  );
}
