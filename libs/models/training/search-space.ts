import type { Random } from '../../compute/random/kernel.js';

/** The values of one setting that the search tries. */
export type Dimension =
  | { scale: 'linear' | 'logarithmic'; low: number; high: number; isWhole?: boolean; multipleOf?: number }
  | { scale: 'choice'; options: (string | number)[] };

/** Settings by name. */
export type SearchSpace = Record<string, Dimension>;

/** A point of the space, drawn evenly on each dimension's scale. */
export function drawSettings(space: SearchSpace, random: Random): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(space).map(([name, dimension]) => [name, valueAt(dimension, random.uniform())]),
  );
}

/** A point near another: each numeric setting moves by about `step` of its range, a choice is redrawn now and then. */
export function moveSettings(
  space: SearchSpace,
  settings: Record<string, unknown>,
  step: number,
  random: Random,
): Record<string, unknown> {
  const moved = Object.entries(space).map(([name, dimension]) => {
    if (dimension.scale === 'choice') {
      return [name, random.uniform() < step ? valueAt(dimension, random.uniform()) : settings[name]];
    }
    const place = placeOf(dimension, settings[name] as number) + step * random.gaussian();
    return [name, valueAt(dimension, Math.min(1, Math.max(0, place)))];
  });
  return { ...settings, ...Object.fromEntries(moved) };
}

/** The value at a place of 0..1 along the dimension. */
function valueAt(dimension: Dimension, place: number): string | number {
  if (dimension.scale === 'choice') {
    return dimension.options[Math.min(dimension.options.length - 1, Math.floor(place * dimension.options.length))];
  }
  const { low, high, scale, isWhole, multipleOf = 1 } = dimension;
  const value = scale === 'linear' ? low + place * (high - low) : low * (high / low) ** place;
  return isWhole ? Math.round(value / multipleOf) * multipleOf : Number(value.toPrecision(3));
}

function placeOf(dimension: Exclude<Dimension, { scale: 'choice' }>, value: number): number {
  const { low, high, scale } = dimension;
  const bounded = Math.min(high, Math.max(low, value));
  return scale === 'linear' ? (bounded - low) / (high - low) : Math.log(bounded / low) / Math.log(high / low);
}
