import { CartesianGrid, Line, LineChart as Lines, ResponsiveContainer, Tooltip, XAxis, YAxis } from 'recharts';
import { CHART, GRID, type Series, TOOLTIP, X_AXIS, Y_AXIS } from './axes';

/** Of a line with more points than this the dots are left out: they would merge into a band. */
const DOTS_MAX = 30;

export interface LineChartProps {
  /** By rising x, with the value of each series by its key where it has one there. */
  points: { x: number | string; [series: string]: number | string | undefined }[];
  series: Series[];
  formatX: (x: number | string) => string;
  formatY: (y: number) => string;
  /** The axis begins at zero, as it must where heights are compared. */
  fromZero?: boolean;
}

/** A line for each series. The default export is for `lazy`. */
export default function LineChart({ points, series, formatX, formatY, fromZero }: LineChartProps) {
  const isNumeric = typeof points[0]?.x === 'number';
  const nameOf = (key: unknown) => series.find((each) => each.key === key)?.name ?? '';
  return (
    <ResponsiveContainer width="100%" height="100%">
      <Lines data={points} {...CHART} margin={{ top: 4, right: 8, bottom: 0, left: 0 }}>
        <CartesianGrid {...GRID} />
        <XAxis
          {...X_AXIS}
          dataKey="x"
          {...(isNumeric && { type: 'number' as const, domain: ['dataMin', 'dataMax'], allowDecimals: false })}
          tickFormatter={formatX}
        />
        <YAxis
          {...Y_AXIS}
          width="auto"
          domain={[fromZero ? 0 : 'auto', 'auto']}
          tickCount={4}
          tickFormatter={formatY}
        />
        <Tooltip
          {...TOOLTIP}
          labelFormatter={(x) => formatX(x as number | string)}
          formatter={(value, key) => [formatY(Number(value)), nameOf(key)]}
        />
        {series.map(({ key, color, dashes }) => (
          <Line
            key={key}
            dataKey={key}
            stroke={color}
            {...(dashes && { strokeDasharray: dashes })}
            strokeWidth={2}
            dot={
              points.filter((point) => point[key] !== undefined).length <= DOTS_MAX && {
                r: 3,
                fill: color,
                strokeWidth: 0,
              }
            }
            connectNulls
            isAnimationActive={false}
          />
        ))}
      </Lines>
    </ResponsiveContainer>
  );
}
