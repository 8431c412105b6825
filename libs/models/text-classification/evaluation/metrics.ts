import { Random } from '../../../compute/random/kernel.js';
import type { Interval } from '../../training/bootstrap-intervals.js';
import { givenLabels, likeliest } from '../classifier.js';
import { labelsOf, targetsOf, type Targets } from '../labelled-texts.js';
import { Turns } from '../turns.js';

/** What a model says of texts whose labels are known. */
export interface Answers {
  actual: Targets;
  /** `[texts]`: the score of the likeliest label, and whether the text has it. */
  firsts: { score: number; isRight: boolean }[];
  /** The labels that are given; several only where a text may have several. */
  given: Targets;
}

export interface Metrics extends Record<string, number> {
  accuracy: number;
  macroF1: number;
  microF1: number;
  calibrationError: number;
}

/** Parts of 0..1 into which texts go by their score, to compare the scores of each with what was right. */
export const BINS = 10;
const RESAMPLES = 1_000;
/** What it takes to draw and count a text, as {@link Turns} counts. */
const STEPS_PER_TEXT = 5;

/** @param chances `[texts, classes]` */
export async function answersOf(
  chances: Float32Array,
  actual: Targets,
  thresholds: Float32Array | null,
  signal?: AbortSignal,
): Promise<Answers> {
  const { classes } = actual;
  const turns = new Turns(signal);
  const firsts: Answers['firsts'] = [];
  const given: number[][] = [];
  for (let text = 0; text < chances.length / classes; text++) {
    await turns.before(2 * classes);
    const own = chances.subarray(text * classes, (text + 1) * classes);
    const first = likeliest(own);
    firsts.push({ score: own[first]!, isRight: labelsOf(actual, text).includes(first) });
    given.push(givenLabels(own, thresholds));
  }
  return { actual, firsts, given: targetsOf(given, classes) };
}

export function binOf(score: number): number {
  return Math.min(BINS - 1, Math.floor(score * BINS));
}

/** The task's metrics; labels that no text has and that no text was given do not count in `macroF1`. */
export function measureAnswers(answers: Answers): Metrics {
  return new Measure(answers).of(new Uint16Array(answers.actual.offsets.length - 1).fill(1));
}

/**
 * 95 % percentile intervals over texts drawn with replacement, a thousand times. F1 is no mean over texts, so that every draw is counted
 * anew rather than by `bootstrapIntervals`.
 */
export async function intervalsOf(
  answers: Answers,
  seed: number,
  signal?: AbortSignal,
): Promise<Record<string, Interval>> {
  const turns = new Turns(signal);
  const random = Random.seeded(seed);
  const measure = new Measure(answers);
  const texts = answers.actual.offsets.length - 1;
  const times = new Uint16Array(texts);
  const drawn: Metrics[] = [];
  for (let resample = 0; resample < RESAMPLES; resample++) {
    await turns.before(STEPS_PER_TEXT * texts + answers.actual.classes);
    times.fill(0);
    for (let draw = 0; draw < texts; draw++) times[Math.floor(random.uniform() * texts)]!++;
    drawn.push(measure.of(times));
  }
  const boundsOf = (metric: string): Interval => {
    const values = drawn.map((each) => each[metric]!).sort((a, b) => a - b);
    return [values[Math.floor(0.025 * RESAMPLES)]!, values[Math.ceil(0.975 * RESAMPLES) - 1]!];
  };
  return Object.fromEntries(Object.keys(drawn[0]!).map((metric) => [metric, boundsOf(metric)]));
}

/** Counts each text as often as it is drawn. */
class Measure {
  private readonly isExact: boolean[];
  private readonly bins: number[];
  /** Next to the actual labels: whether each was given. */
  private readonly isFound: Uint8Array;
  private readonly right: Uint32Array;
  private readonly actual: Uint32Array;
  private readonly given: Uint32Array;

  constructor(private readonly answers: Answers) {
    const { actual, given } = answers;
    const texts = Array.from({ length: actual.offsets.length - 1 }, (_, text) => text);
    this.isExact = texts.map((text) => isExact(answers, text));
    this.bins = answers.firsts.map(({ score }) => binOf(score));
    const found = texts.map((text) =>
      labelsOf(actual, text).map((label) => Number(labelsOf(given, text).includes(label))),
    );
    this.isFound = Uint8Array.from(found.flatMap((own) => [...own]));
    this.right = new Uint32Array(actual.classes);
    this.actual = new Uint32Array(actual.classes);
    this.given = new Uint32Array(actual.classes);
  }

  /** @param times `[texts]` */
  of(times: Uint16Array): Metrics {
    for (const counts of [this.right, this.actual, this.given]) counts.fill(0);
    const bins = Array.from({ length: BINS }, () => ({ score: 0, right: 0 }));
    let [all, exact] = [0, 0];
    times.forEach((count, text) => {
      if (count === 0) return;
      all += count;
      if (this.isExact[text]) exact += count;
      this.countLabels(text, count);
      const { score, isRight } = this.answers.firsts[text]!;
      const bin = bins[this.bins[text]!]!;
      bin.score += count * score;
      if (isRight) bin.right += count;
    });
    const gap = bins.reduce((sum, { score, right }) => sum + Math.abs(score - right), 0);
    return { accuracy: exact / all, ...this.f1(), calibrationError: gap / all };
  }

  private countLabels(text: number, times: number): void {
    const { actual, given } = this.answers;
    for (let place = given.offsets[text]!; place < given.offsets[text + 1]!; place++) {
      this.given[given.indices[place]!]! += times;
    }
    for (let place = actual.offsets[text]!; place < actual.offsets[text + 1]!; place++) {
      this.actual[actual.indices[place]!]! += times;
      if (this.isFound[place]) this.right[actual.indices[place]!]! += times;
    }
  }

  private f1(): { macroF1: number; microF1: number } {
    let [sum, labels, right, both] = [0, 0, 0, 0];
    this.right.forEach((own, label) => {
      const size = this.actual[label]! + this.given[label]!;
      if (size === 0) return;
      labels++;
      sum += (2 * own) / size;
      right += own;
      both += size;
    });
    return { macroF1: labels === 0 ? 0 : sum / labels, microF1: both === 0 ? 0 : (2 * right) / both };
  }
}

function isExact({ actual, given }: Answers, text: number): boolean {
  const [own, said] = [labelsOf(actual, text), labelsOf(given, text)];
  return own.length === said.length && own.every((label) => said.includes(label));
}
