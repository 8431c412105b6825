import { describe, expect, it } from 'vitest';
import { estimateTraining } from './training-estimate.js';

const training = { isOfModel: true, rows: 1_000, seconds: 20, trainingSeconds: 10 };
const ofAnother = { ...training, isOfModel: false, seconds: 2_000, trainingSeconds: 1_000 };

describe('the estimate of a training', () => {
  it('holds what the model took before, and leaves other models out of it', () => {
    const { seconds, trainingSeconds, basedOn } = estimateTraining(1_000, [training, ofAnother])!;
    expect(seconds.least).toBeLessThan(20);
    expect(seconds.most).toBeGreaterThan(20);
    expect(seconds.most).toBeLessThan(100);
    expect(trainingSeconds.most).toBeLessThan(seconds.most);
    expect(basedOn).toEqual({ of: 'model', trainings: 1 });
  });

  it('grows with the rows, and is the wider the further they are from what is known', () => {
    const near = estimateTraining(1_000, [training])!.seconds;
    const far = estimateTraining(100_000, [training])!.seconds;
    expect(far.least).toBeGreaterThan(near.most);
    expect(far.most / far.least).toBeGreaterThan(near.most / near.least);
  });

  it('takes other models of the recipe where the model was never trained, as less sure', () => {
    const { seconds, basedOn } = estimateTraining(1_000, [ofAnother])!;
    expect(basedOn).toEqual({ of: 'recipe', trainings: 1 });
    const known = estimateTraining(1_000, [training])!.seconds;
    expect(seconds.most / seconds.least).toBeGreaterThan(known.most / known.least);
  });

  it('says nothing where nothing is known', () => {
    expect(estimateTraining(1_000, [])).toBeNull();
    expect(estimateTraining(0, [training])).toBeNull();
  });
});
