import type { Series } from './plot';

/** Of charts of quantities over time. */
export interface Quantities {
  /** In the order of time, with the quantity of every series by its key. */
  points: { start: string; [series: string]: number | string }[];
  /** Stacked from below. */
  series: Series[];
  /** How the start of a point is written below it, and in full. */
  formatTick: (start: string) => string;
  formatStart: (start: string) => string;
}

/** A chart's series on top of each other: each with where it begins and ends at each point. */
export function stack(
  points: Quantities['points'],
  series: Series[],
  formatNumber: (value: number) => string,
  formatStart: Quantities['formatStart'],
) {
  const tops = points.map(() => 0);
  const layers = series.map(({ key, color }) => ({
    key,
    color,
    spans: points.map((point, place): [number, number] => {
      const bottom = tops[place]!;
      tops[place] = bottom + Number(point[key] ?? 0);
      return [bottom, tops[place]];
    }),
  }));
  return {
    layers,
    /** The highest stack; a scale for it where there is nothing. */
    most: Math.max(...tops) > 0 ? Math.max(...tops) : 10,
    read: (point: number) => ({
      title: formatStart(points[point]!.start),
      lines: series.map(({ key, name }) => ({ name, value: formatNumber(Number(points[point]![key] ?? 0)) })),
    }),
  };
}
