import { labelsOf, type Targets } from './labelled-texts.js';
import { Turns } from './turns.js';

/** How scores become chances. */
export interface Calibration {
  /** Whether chances of a text's labels are independent rather than sum to 1. */
  severalLabels: boolean;
  /** `[classes]`: with one label a text, all alike, of a softmax; else of each label's logistic function. */
  slopes: Float32Array;
  /** `[classes]`, added after the slope. */
  offsets: Float32Array;
}

/** Labels with fewer texts lean on the curve of all labels together (Platt's curve wants both sides). */
const OWN_CURVE_TEXTS = 20;
const STEPS = 60;
/** Scores that what is common to all labels is fitted to at most: it is a number or two. */
const COMMON_SCORES_MAX = 1_000_000;

/**
 * Finds the curve from scores to chances on texts that the scores' models did not see: the temperature of a softmax (Guo et al. 2017), or
 * a logistic curve for each label (Platt 1999) where a text may have several.
 *
 * @param scores `[texts, classes]`
 */
export async function calibrate(
  scores: Float32Array,
  targets: Targets,
  severalLabels: boolean,
  signal?: AbortSignal,
): Promise<Calibration> {
  const { classes } = targets;
  const turns = new Turns(signal);
  if (!severalLabels) {
    const slope = await fitTemperature(scores, targets, turns);
    return { severalLabels, slopes: new Float32Array(classes).fill(slope), offsets: new Float32Array(classes) };
  }
  const has = membershipOf(targets);
  const common = await fitCurve(pointsOfAll(scores, has, classes), [1, 0], 0, turns);
  const curves: Curve[] = [];
  for (let label = 0; label < classes; label++)
    curves.push(await fitCurve(pointsOfLabel(scores, has, classes, label), common, OWN_CURVE_TEXTS, turns));
  return {
    severalLabels,
    slopes: Float32Array.from(curves, ([slope]) => slope),
    offsets: Float32Array.from(curves, ([, offset]) => offset),
  };
}

/** Turns the scores of one text into chances, in place. */
export function toChances({ severalLabels, slopes, offsets }: Calibration, scores: Float32Array): Float32Array {
  for (let label = 0; label < scores.length; label++) scores[label] = scores[label]! * slopes[label]! + offsets[label]!;
  if (severalLabels) {
    for (let label = 0; label < scores.length; label++) scores[label] = 1 / (1 + Math.exp(-scores[label]!));
    return scores;
  }
  let largest = -Infinity;
  for (const score of scores) largest = Math.max(largest, score);
  let sum = 0;
  for (let label = 0; label < scores.length; label++) sum += scores[label] = Math.exp(scores[label]! - largest);
  for (let label = 0; label < scores.length; label++) scores[label]! /= sum;
  return scores;
}

/** As {@link toChances} of each row of `[texts, classes]`. */
export async function allToChances(
  calibration: Calibration,
  scores: Float32Array,
  signal?: AbortSignal,
): Promise<Float32Array> {
  const classes = calibration.slopes.length;
  const turns = new Turns(signal);
  for (let start = 0; start < scores.length; start += classes) {
    await turns.before(classes);
    toChances(calibration, scores.subarray(start, start + classes));
  }
  return scores;
}

/** The slope of least loss, by golden section over its logarithm: the loss is convex in the slope. */
async function fitTemperature(scores: Float32Array, targets: Targets, turns: Turns): Promise<number> {
  const loss = async (logarithm: number) => {
    await turns.before(Math.min(scores.length, COMMON_SCORES_MAX));
    return softmaxLoss(scores, targets, Math.exp(logarithm));
  };
  const ratio = (Math.sqrt(5) - 1) / 2;
  let [low, high] = [Math.log(0.01), Math.log(100)];
  let [a, b] = [high - ratio * (high - low), low + ratio * (high - low)];
  let [lossA, lossB] = [await loss(a), await loss(b)];
  for (let step = 0; step < 25; step++) {
    if (lossA < lossB) {
      [high, b, lossB] = [b, a, lossA];
      a = high - ratio * (high - low);
      lossA = await loss(a);
    } else {
      [low, a, lossA] = [a, b, lossB];
      b = low + ratio * (high - low);
      lossB = await loss(b);
    }
  }
  return Math.exp((low + high) / 2);
}

function softmaxLoss(scores: Float32Array, targets: Targets, slope: number): number {
  const { classes } = targets;
  const stride = Math.ceil(scores.length / COMMON_SCORES_MAX);
  let loss = 0;
  for (let text = 0; text < targets.offsets.length - 1; text += stride) {
    const start = text * classes;
    const own = labelsOf(targets, text)[0]!;
    let largest = -Infinity;
    for (let i = start; i < start + classes; i++) largest = Math.max(largest, scores[i]!);
    let sum = 0;
    for (let i = start; i < start + classes; i++) sum += Math.exp(slope * (scores[i]! - largest));
    loss += Math.log(sum) - slope * (scores[start + own]! - largest);
  }
  return loss;
}

type Curve = [slope: number, offset: number];

/** Scores, and 1 where the text has the label. */
interface Points {
  scores: Float32Array;
  has: Uint8Array;
}

/** `[texts, classes]`, 1 where the text has the label. */
function membershipOf(targets: Targets): Uint8Array {
  const { classes, offsets } = targets;
  const has = new Uint8Array((offsets.length - 1) * classes);
  for (let text = 0; text < offsets.length - 1; text++) {
    for (const label of labelsOf(targets, text)) has[text * classes + label] = 1;
  }
  return has;
}

/** Of all labels; where there are many, of some texts, evenly spread. */
function pointsOfAll(scores: Float32Array, has: Uint8Array, classes: number): Points {
  const stride = classes * Math.ceil(scores.length / COMMON_SCORES_MAX);
  if (stride === classes) return { scores, has };
  const count = Math.ceil(scores.length / stride) * classes;
  const points = { scores: new Float32Array(count), has: new Uint8Array(count) };
  for (let start = 0, to = 0; start < scores.length; start += stride, to += classes) {
    points.scores.set(scores.subarray(start, start + classes), to);
    points.has.set(has.subarray(start, start + classes), to);
  }
  return points;
}

/** Copied together, which a curve's many steps go over faster. */
function pointsOfLabel(scores: Float32Array, has: Uint8Array, classes: number, label: number): Points {
  const texts = scores.length / classes;
  const points = { scores: new Float32Array(texts), has: new Uint8Array(texts) };
  for (let text = 0, at = label; text < texts; text++, at += classes) {
    points.scores[text] = scores[at]!;
    points.has[text] = has[at]!;
  }
  return points;
}

/** Newton's steps towards the logistic curve of these points, held near `prior` as if by that many texts. */
async function fitCurve({ scores, has }: Points, prior: Curve, priorTexts: number, turns: Turns): Promise<Curve> {
  const hold = priorTexts / 4 + 1e-6;
  let [slope, offset] = prior;
  for (let step = 0; step < STEPS; step++) {
    await turns.before(scores.length);
    let [g0, g1, h00, h01, h11] = [hold * (slope - prior[0]), hold * (offset - prior[1]), hold, 0, hold];
    for (let i = 0; i < scores.length; i++) {
      const score = scores[i]!;
      const chance = 1 / (1 + Math.exp(-(slope * score + offset)));
      const [error, spread] = [chance - has[i]!, Math.max(1e-9, chance * (1 - chance))];
      g0 += error * score;
      g1 += error;
      h00 += spread * score * score;
      h01 += spread * score;
      h11 += spread;
    }
    const determinant = h00 * h11 - h01 * h01;
    const [stepSlope, stepOffset] = [(h11 * g0 - h01 * g1) / determinant, (h00 * g1 - h01 * g0) / determinant];
    slope = Math.max(0, slope - clamp(stepSlope));
    offset -= clamp(stepOffset);
    if (Math.abs(stepSlope) + Math.abs(stepOffset) < 1e-6) break;
  }
  return [slope, offset];
}

const clamp = (value: number) => Math.max(-1, Math.min(1, value));
