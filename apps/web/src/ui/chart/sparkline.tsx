const WIDTH = 96;
const HEIGHT = 28;

/** The shape of a series next to its figure; the figure says it in words. */
export function Sparkline({ values }: { values: number[] }) {
  const most = Math.max(...values, 1);
  const x = (place: number) => (place / Math.max(1, values.length - 1)) * WIDTH;
  const y = (value: number) => HEIGHT - 2 - (value / most) * (HEIGHT - 4);
  return (
    <svg aria-hidden viewBox={`0 0 ${WIDTH} ${HEIGHT}`} className="h-7 w-24 shrink-0">
      <polyline
        points={values.map((value, place) => `${x(place)},${y(value)}`).join(' ')}
        fill="none"
        stroke="var(--accent)"
        strokeWidth={2}
        strokeLinejoin="round"
        vectorEffect="non-scaling-stroke"
      />
    </svg>
  );
}
