import { describe, expect, it } from 'vitest';
import { sharedEngine } from '../engine.js';
import type { TrainerOptions } from '../family.js';
import { loadPredictor } from '../predictors.js';
import { classification } from '../tasks/classification/task.js';
import { describeTrainerConformance, runToEnd } from '../training/conformance.js';
import { inputOf } from './input.js';
import type { RecipeKey } from './manifest.js';
import { createTextClassificationTrainer } from './trainer.js';

const ANIMALS = ['cat', 'dog', 'horse', 'cow', 'sheep'];
const DISHES = ['soup', 'bread', 'cake', 'rice', 'stew'];
const rows = Array.from({ length: 100 }, (_, i) => ({
  text: `${i % 2 ? 'the' : 'a'} ${ANIMALS[i % 5]} and ${DISHES[Math.floor(i / 5) % 5]} number ${i} ${i % 2 ? 'barks at' : 'tastes of'} ${i % 3}`,
  labels: [i % 2 ? 'animal' : 'dish'],
}));

const RECIPES: Record<RecipeKey, object> = {
  auto: { budgetSeconds: 5 },
  linear: {},
  'naive-bayes': {},
  majority: {},
};

for (const [recipe, settings] of Object.entries(RECIPES)) {
  const start = async (options: Partial<TrainerOptions> = {}) =>
    createTextClassificationTrainer(inputOf(rows), {
      recipe,
      settings,
      seed: 1,
      engine: await sharedEngine(),
      ...options,
    });
  describeTrainerConformance(`text-classification/${recipe}`, start);

  describe(recipe, () => {
    it('answers', async () => {
      const { artifact, report, result } = await runToEnd(await start());
      expect(() => classification.report.parse(report)).not.toThrow();
      expect(Object.keys(result.baselines)).toEqual(classification.baselines);
      const predictor = await loadPredictor('text-classification', artifact);
      const request = classification.operations.classifications.request.parse({ text: 'the cat barks at 7' });
      const { results } = await predictor.classifications(request);
      expect(results).toHaveLength(1);
      if (recipe !== 'majority') expect(results[0]!.classes[0]!.label).toBe('animal');
    });
  });
}
