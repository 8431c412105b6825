/** A training that succeeded. */
export interface PastTraining {
  /** Whether it was of the model itself, and not of another with its recipe. */
  isOfModel: boolean;
  /** That it learnt from. */
  rows: number;
  seconds: number;
  /** As they were metered; null where that was not kept yet. */
  trainingSeconds: number | null;
}

interface Range {
  least: number;
  most: number;
}

interface Estimate {
  seconds: Range;
  trainingSeconds: Range;
  basedOn: { of: 'model' | 'recipe'; trainings: number };
}

/** By how much a training may differ from others of the same size: of one model, whose settings are the same, and of one recipe. */
const SPREAD = { model: 1.5, recipe: 3 };
const DIGITS = 2;

/**
 * What a training on so many rows may take, from earlier ones of the model, or else of its recipe; null where there are none. Time is taken
 * to grow with the rows, and the further the sizes are apart, the wider the range.
 */
export function estimateTraining(rows: number, past: readonly PastTraining[]): Estimate | null {
  const ofModel = past.filter(({ isOfModel }) => isOfModel);
  const used = (ofModel.length > 0 ? ofModel : past).filter((training) => training.rows > 0);
  if (used.length === 0 || rows === 0) return null;
  const of = ofModel.length > 0 ? 'model' : 'recipe';
  const rangeOf = (secondsOf: (training: PastTraining) => number): Range => {
    const ranges = used.map((training) => {
      const growth = rows / training.rows;
      const spread = SPREAD[of] * Math.sqrt(Math.max(growth, 1 / growth));
      const likely = growth * secondsOf(training);
      return { least: likely / spread, most: likely * spread };
    });
    const least = Math.min(...ranges.map((range) => range.least));
    return { least: round(least), most: round(Math.max(...ranges.map((range) => range.most))) };
  };
  return {
    seconds: rangeOf(({ seconds }) => seconds),
    // The wall is the most that one device can have computed.
    trainingSeconds: rangeOf(({ seconds, trainingSeconds }) => trainingSeconds ?? seconds),
    basedOn: { of, trainings: used.length },
  };
}

/** An estimate has no more digits than it is worth, and nothing takes less than a second. */
function round(seconds: number): number {
  return Math.max(1, Number(seconds.toPrecision(DIGITS)));
}
