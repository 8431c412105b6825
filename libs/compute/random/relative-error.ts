/** For specs: ‖actual − expected‖ / ‖expected‖; both all zeros give 0. */
export function relativeError(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  let [difference, scale] = [0, 0];
  for (let i = 0; i < expected.length; i++) {
    difference += (actual[i] - expected[i]) ** 2;
    scale += expected[i] ** 2;
  }
  return difference === 0 ? 0 : Math.sqrt(difference / scale);
}
