import type { Trial } from '../../training/search.js';
import type { LabelledTexts } from '../labelled-texts.js';
import type { FittableRecipe } from '../manifest.js';

const PLAIN_NAMES: Record<FittableRecipe, string> = {
  majority: 'the most frequent label',
  'naive-bayes': 'naive Bayes',
  linear: 'the linear recipe',
};

/** Says in plain words what was chosen, by how much, on what, and how it was set. */
export function explainChoice(
  leaderboard: readonly Trial<FittableRecipe>[],
  { texts, targets }: LabelledTexts,
  tried: number,
): string {
  const [best, ...others] = leaderboard as [Trial<FittableRecipe>, ...Trial<FittableRecipe>[]];
  const rivals = others.map((trial) => `${PLAIN_NAMES[trial.recipe]} of ${percent(trial)}`).join(' and ');
  const settings = Object.entries(best.settings).map(([name, value]) => `${name} ${String(value)}`);
  return [
    `${capital(PLAIN_NAMES[best.recipe])} was right of ${percent(best)} of ${count(texts.length)} texts with ${count(targets.classes)} labels, each text judged by a fit that had not seen it${rivals && `; ${rivals}`}.`,
    `${count(tried)} recipes and settings were compared.`,
    ...(settings.length > 0 ? [`Its settings: ${settings.join(', ')}.`] : []),
  ].join(' ');
}

/** Says that the choice is no more than the floor, and what to do; null where it is more. */
export function warnOfFloor(recipe: FittableRecipe): string | null {
  if (recipe !== 'majority') return null;
  return 'No recipe was right more often than always giving the most frequent label, so that is what was chosen: the texts do not tell the labels apart. Check that the columns are the right ones, or add texts of each label, then train again.';
}

function percent({ metrics }: Trial): string {
  return `${(100 * metrics['accuracy']!).toFixed(1)} %`;
}

function count(value: number): string {
  return value.toLocaleString('en');
}

function capital(text: string): string {
  return text[0]!.toUpperCase() + text.slice(1);
}
