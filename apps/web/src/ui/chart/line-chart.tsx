import { evenly, pathOf, Plot, type Series } from './plot';

/** Of a line with more points than this the dots are left out: they would merge into a band. */
const DOTS_MAX = 30;

interface LineChartProps {
  /** By rising x, with the value of each series by its key where it has one there. */
  points: { x: number | string; [series: string]: number | string | undefined }[];
  series: Series[];
  formatX: (x: number | string) => string;
  formatY: (y: number) => string;
  /** The axis begins at zero, as it must where heights are compared. */
  fromZero?: boolean;
}

/** A line for each series, through the points where it has a value. */
export function LineChart({ points, series, formatX, formatY, fromZero }: LineChartProps) {
  const places = placesOf(points.map(({ x }) => x));
  const valuesOf = (key: string) =>
    points.flatMap((point, at) => (point[key] === undefined ? [] : [{ at, value: Number(point[key]) }]));
  const values = series.flatMap(({ key }) => valuesOf(key).map(({ value }) => value));
  return (
    <Plot
      places={places}
      domain={values.length === 0 ? [0, 1] : [fromZero ? 0 : Math.min(...values), Math.max(...values)]}
      tickCount={4}
      formatY={formatY}
      xTicks={points.map(({ x }, at) => ({ place: places[at]!, text: formatX(x) }))}
      read={(at) => ({
        title: formatX(points[at]!.x),
        lines: series.flatMap(({ key, name }) =>
          points[at]![key] === undefined ? [] : [{ name, value: formatY(Number(points[at]![key])) }],
        ),
      })}
    >
      {({ x, y }) =>
        series.map(({ key, color, dashes }) => {
          const dots = valuesOf(key).map(({ at, value }): [number, number] => [x(places[at]!), y(value)]);
          return (
            <g key={key}>
              <path d={pathOf(dots)} fill="none" stroke={color} strokeWidth={2} strokeDasharray={dashes} />
              {dots.length <= DOTS_MAX &&
                dots.map(([left, top]) => <circle key={left} cx={left} cy={top} r={3} fill={color} />)}
            </g>
          );
        })
      }
    </Plot>
  );
}

/** Numbers by their size, names side by side. */
function placesOf(all: (number | string)[]): number[] {
  const numbers = all.filter((x) => typeof x === 'number');
  const [least, most] = [numbers[0] ?? 0, numbers.at(-1) ?? 0];
  if (numbers.length < all.length || least === most) return evenly(all.length);
  return numbers.map((x) => (x - least) / (most - least));
}
