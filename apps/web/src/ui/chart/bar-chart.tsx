import { useFormat } from '../../i18n/use-format';
import { Plot } from './plot';
import { type Quantities, stack } from './stack';

const BAR_WIDTH_MAX = 28;
/** Of the room that a bar has. */
const BAR_SHARE = 0.8;

interface BarChartProps extends Quantities {
  /** Of the bar that was clicked. */
  onSelect?: (start: string) => void;
}

/** Quantities over time, a bar for each point. */
export function BarChart({ points, series, formatTick, formatStart, onSelect }: BarChartProps) {
  const format = useFormat();
  const places = points.map((_, point) => (point + 0.5) / points.length);
  const { layers, most, read } = stack(points, series, format.number, formatStart);
  return (
    <Plot
      places={places}
      domain={[0, most]}
      isWhole
      formatY={(value) => format.number(value, { notation: 'compact' })}
      xTicks={points.map(({ start }, point) => ({ place: places[point]!, text: formatTick(start) }))}
      read={read}
      {...(onSelect && { onSelect: (point) => onSelect(points[point]!.start) })}
    >
      {({ x, y }) => {
        const width = Math.min(BAR_WIDTH_MAX, (BAR_SHARE * (x(1) - x(0))) / points.length);
        return layers.map(({ key, color, spans }) =>
          spans.map(
            ([from, to], point) =>
              to > from && (
                <rect
                  key={`${key} ${points[point]!.start}`}
                  x={x(places[point]!) - width / 2}
                  width={width}
                  y={y(to)}
                  height={y(from) - y(to)}
                  fill={color}
                />
              ),
          ),
        );
      }}
    </Plot>
  );
}
