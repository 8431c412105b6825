import type { SearchReport } from '../../tasks/search-report.js';

type LeaderboardEntry = SearchReport['leaderboard'][number];
import type { Goal } from '../evaluation/hold-out.js';
import type { FittableRecipe } from '../manifest.js';
import type { DataReport } from './data-report.js';

/** What a search found, to be told. */
export interface Findings {
  data: DataReport;
  goal: Goal;
  /** Best first, popularity among them. */
  leaderboard: LeaderboardEntry[];
  /** Recipe to why it was left out. */
  skipped: Map<FittableRecipe, string>;
  measuredUsers: number;
}

const TOLD = 'ndcg@20';

/** Says in plain words what was chosen, by how much, on what data, and what was left out. */
export function explainChoice({ data, goal, leaderboard, skipped, measuredUsers }: Findings): string {
  const [best, second] = leaderboard;
  const target = goal === 'next' ? 'the last interaction' : 'a fifth of the interactions';
  const sentences = [
    `${best.recipe} ranked best of ${leaderboard.length} recipes on ${target} of ${count(measuredUsers)} users, held out from the fit: ${TOLD} ${best.metrics[TOLD].toFixed(4)}${comparison(best, second, leaderboard)}.`,
    `The data has ${count(data.users)} users, ${count(data.items)} items and ${count(data.interactions)} distinct pairs (${percent(data.density)} of all)${data.hasTimestamps ? '' : ', without timestamps'}.`,
  ];
  const isRanked = (recipe: string) => leaderboard.some((entry) => entry.recipe === recipe);
  const leftOut = [...skipped].filter(([recipe]) => !isRanked(recipe));
  const reasons = leftOut.map(([recipe, reason]) => `${recipe} (${reason.replace(/\.$/, '')})`);
  if (reasons.length > 0) sentences.push(`Left out: ${reasons.join(', ')}.`);
  return sentences.join(' ');
}

/** The recipes that recommend the same to everyone. */
const FLOOR = new Set<FittableRecipe>(['popularity', 'trending']);

/** Says that the choice is no more than the floor, and what to do; null where it is more. */
export function warnOfFloor(recipe: FittableRecipe): string | null {
  if (!FLOOR.has(recipe)) return null;
  return `No recipe ranked better than recommending what is popular, so that is what was chosen (${recipe}): everyone is recommended the same items. Upload more interactions of each user, then train again; the recipes that were compared or left out stand in the job's report.`;
}

function comparison(best: LeaderboardEntry, second: LeaderboardEntry | undefined, all: LeaderboardEntry[]): string {
  const popularity = all.find(({ recipe }) => recipe === 'popularity');
  const parts = [];
  if (second) parts.push(`${second.recipe} reached ${second.metrics[TOLD].toFixed(4)}`);
  if (popularity && popularity !== best && popularity !== second) {
    parts.push(`popularity ${popularity.metrics[TOLD].toFixed(4)}`);
  }
  return parts.length > 0 ? `; ${parts.join(' and ')}` : '';
}

function count(value: number): string {
  return value.toLocaleString('en');
}

function percent(share: number): string {
  return `${(100 * share).toPrecision(2)} %`;
}
