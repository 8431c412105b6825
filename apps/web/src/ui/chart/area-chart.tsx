import { useFormat } from '../../i18n/use-format';
import { evenly, pathOf, Plot } from './plot';
import { type Quantities, stack } from './stack';

/** Parts of a whole over time. */
export function AreaChart({ points, series, formatTick, formatStart }: Quantities) {
  const format = useFormat();
  const places = evenly(points.length);
  const { layers, most, read } = stack(points, series, format.number, formatStart);
  return (
    <Plot
      places={places}
      domain={[0, most]}
      isWhole
      formatY={(value) => format.number(value, { notation: 'compact' })}
      // Of those that would read alike, such as the hours of a day, the first.
      xTicks={points
        .map(({ start }, point) => ({ place: places[point]!, text: formatTick(start) }))
        .filter(({ text }, point, all) => text !== all[point - 1]?.text)}
      read={read}
    >
      {({ x, y }) =>
        layers.map(({ key, color, spans }) => {
          const edge = (end: 0 | 1) => spans.map((span, point): [number, number] => [x(places[point]!), y(span[end])]);
          return (
            <g key={key}>
              <path d={`${pathOf([...edge(1), ...edge(0).toReversed()])}Z`} fill={color} fillOpacity={0.35} />
              <path d={pathOf(edge(1))} fill="none" stroke={color} strokeWidth={1.5} />
            </g>
          );
        })
      }
    </Plot>
  );
}
