import type { Trainer, TrainerOptions, TrainingInput } from './family.js';
import type { FamilyKey } from './manifests.js';
import { createRecommenderTrainer } from './recommender/trainer.js';

type TrainerFactory = (input: TrainingInput, options: TrainerOptions) => Trainer;

const trainers = {
  recommender: createRecommenderTrainer,
} satisfies Record<FamilyKey, TrainerFactory>;

/** Starts a job; throws {@link TrainingInputError} when the recipe, its settings or the input cannot be used. */
export function createTrainer(input: TrainingInput, options: TrainerOptions & { family: FamilyKey }): Trainer {
  return trainers[options.family](input, options);
}
