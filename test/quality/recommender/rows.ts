import type { Engine } from '../../../libs/compute/engine/engine.js';
import { evaluate } from '../../../libs/models/recommender/evaluation/evaluate.js';
import { askFor, type Goal } from '../../../libs/models/recommender/evaluation/hold-out.js';
import { hitRateAt, ndcgAt, USER_METRICS } from '../../../libs/models/recommender/evaluation/metrics.js';
import { predictorOf } from '../../../libs/models/recommender/evaluation/rating-errors.js';
import { evaluateSampled } from '../../../libs/models/recommender/evaluation/sampled-negatives.js';
import type { Split } from '../../../libs/models/recommender/evaluation/split.js';
import { distinctPairs, type Events } from '../../../libs/models/recommender/events.js';
import type { FactorModel } from '../../../libs/models/recommender/fitted-model.js';
import type { FittableRecipe } from '../../../libs/models/recommender/manifest.js';
import type { Fit } from '../../../libs/models/recommender/recipes/fit.js';
import { countPopularity } from '../../../libs/models/recommender/recipes/popularity.js';
import type { Measured, Row } from '../family-quality.js';
import {
  citeulike,
  diginetica,
  gowalla,
  lastOutOfLists,
  movieTweetingsByHash,
  movieTweetingsLastOut,
} from './data-files.js';

/** The training side of a data set with the way to measure what was fitted to it. */
export interface FitProtocol {
  train: Events;
  measure: (engine: Engine, fit: Fit) => Promise<Measured>;
}

/** A row of this family. */
export interface RecommenderRow extends Omit<Row, 'load' | 'isSearched' | 'recipes'> {
  load: () => FitProtocol;
  /** What `auto` is told to predict; null where a row is not about ranking. */
  goal: Goal | null;
  recipes: [recipe: FittableRecipe, settings: object][];
}

const SEED = 1;

function fullRanking(split: Split): FitProtocol {
  const question = askFor(split, Infinity, SEED);
  return {
    train: split.train,
    measure: async (engine, { model }) => (await evaluate(engine, model, question, { seed: SEED })).perUser,
  };
}

function ratings(split: Split): FitProtocol {
  return {
    train: split.train,
    measure: async (_engine, { model }) => {
      const predict = predictorOf(model as FactorModel, split.train);
      const errors = Float64Array.from(
        split.test.users,
        (user, position) => split.test.values![position]! - predict(user, split.test.items[position]!),
      );
      return { rmse: errors.map((error) => error * error) };
    },
  };
}

function givenNegatives(): FitProtocol {
  const { train, questions } = citeulike();
  const metrics = { 'hitRate@10': hitRateAt(10), 'ndcg@10': ndcgAt(10) };
  return {
    train,
    measure: (engine, { model }) => evaluateSampled(engine, model, train.itemCount, questions, metrics, { seed: SEED }),
  };
}

/** The prefix of each test session is folded in; its items stay in the ranking, for a session may return to them. */
function nextOfSession(): FitProtocol {
  const { train, history, test } = diginetica();
  const heldOut = distinctPairs(test);
  const users = Uint32Array.from({ length: history.userCount }, (_, user) => user);
  const popularity = countPopularity(distinctPairs(train)).scores;
  const metrics = { 'hitRate@20': USER_METRICS['hitRate@20']!, 'mrr@20': USER_METRICS['mrr@20']! };
  return {
    train,
    measure: async (engine, { foldIn }) => {
      if (!foldIn) throw new Error('The recipe cannot score sessions that it never saw.');
      const model = await foldIn(history, { engine, seed: SEED, report: async () => undefined });
      const question = { users, heldOut, masked: null, popularity };
      return (await evaluate(engine, model, question, { seed: SEED, metrics })).perUser;
    },
  };
}

const FULL_RANKING = 'full ranking, training items masked, all users with a training and a test item';

export const ROWS: RecommenderRow[] = [
  {
    name: 'movietweetings',
    protocol: `a fifth of the ratings held out by hash; ${FULL_RANKING}`,
    needs: [],
    load: () => fullRanking(movieTweetingsByHash()),
    goal: 'taste',
    bars: [
      { metric: 'recall@20', best: 0.325, source: 'EASE, measured' },
      { metric: 'ndcg@20', best: 0.2, source: 'EASE, measured' },
    ],
    recipes: [
      ['popularity', {}],
      ['ease', {}],
      ['slim', {}],
      ['item-knn', {}],
      ['user-knn', {}],
      ['rp3beta', { alpha: 0.6, beta: 0.3, neighbours: 200 }],
      ['ials', {}],
      ['ials++', {}],
      ['bpr', {}],
      ['two-tower', {}],
      ['hybrid', {}],
      ['hybrid', { generators: ['ease', 'ials', 'rp3beta'] }],
    ],
  },
  {
    name: 'movietweetings-next',
    protocol: `each user's last rating held out; ${FULL_RANKING}`,
    needs: ['movietweetings/llo_test.dat.gz'],
    load: () => fullRanking(movieTweetingsLastOut()),
    goal: 'next',
    bars: [
      { metric: 'hitRate@10', best: 0.2, source: 'popularity of the last 30 days, measured' },
      { metric: 'ndcg@10', best: 0.103, source: 'popularity of the last 30 days, measured' },
    ],
    recipes: [
      ['popularity', {}],
      ['trending', {}],
      ['item-knn', { recency: 0.7 }],
      ['markov', { window: 5, distanceDecay: 0.95, recency: 0.7, cooccurrence: 0.1 }],
      ['sequence', {}],
      ['hybrid', { generators: ['rp3beta', 'markov', 'ials'], goal: 'next' }],
    ],
  },
  {
    name: 'movietweetings-ratings',
    protocol: 'a fifth of the ratings held out by hash; errors of the predicted ratings, 0 to 10',
    needs: [],
    load: () => ratings(movieTweetingsByHash()),
    goal: null,
    bars: [{ metric: 'rmse', best: 1.37, source: 'better than biases alone, 1.397, measured', isError: true }],
    recipes: [
      ['explicit-mf', {}],
      ['embedding-mf', { adam: 'dense' }],
      ['explicit-mf', { implicitTerm: false, factors: 16, epochs: 40, learningRate: 0.005, regularization: 0.05 }],
    ],
  },
  {
    name: 'gowalla',
    protocol: `the split of LightGCN; ${FULL_RANKING}`,
    needs: ['gowalla/train.txt.gz', 'gowalla/test.txt.gz'],
    load: () => fullRanking(gowalla()),
    goal: 'taste',
    bars: [
      { metric: 'recall@20', best: 0.187, source: 'SimpleX, published (BARS)' },
      { metric: 'ndcg@20', best: 0.158, source: 'UltraGCN, published (BARS)' },
    ],
    recipes: [
      ['popularity', {}],
      ['rp3beta', {}],
      ['item-knn', {}],
      ['user-knn', {}],
      ['ials', { factors: 256, regularization: 0.1, regularizationExponent: 0.5, epochs: 12 }],
    ],
  },
  {
    name: 'citeulike-a',
    protocol: 'one held-out article of each user among the 100 given negatives',
    needs: ['citeulike-a/train.tsv.gz', 'citeulike-a/test_negatives.tsv.gz'],
    load: givenNegatives,
    goal: 'taste',
    bars: [
      { metric: 'hitRate@10', best: 0.908, source: 'iALS, measured' },
      { metric: 'ndcg@10', best: 0.745, source: 'RP3β, published (Ferrari Dacrema et al., table 4)' },
    ],
    recipes: [
      ['popularity', {}],
      ['rp3beta', { alpha: 0.6, beta: 0.3, neighbours: 2_000 }],
      ['ials', { factors: 256, unobservedWeight: 0.005, regularization: 0.3, regularizationExponent: 0.4 }],
      ['item-knn', { similarity: 'tf-idf', neighbours: 800 }],
    ],
  },
  {
    name: 'amazon-beauty',
    protocol: `each user's last item held out; ${FULL_RANKING}`,
    needs: ['amazon-beauty/Beauty.txt.gz'],
    load: () => fullRanking(lastOutOfLists('amazon-beauty/Beauty.txt.gz')),
    goal: 'next',
    bars: [
      { metric: 'hitRate@10', best: 0.0647, source: 'S3-Rec, published' },
      { metric: 'ndcg@10', best: 0.0327, source: 'S3-Rec, published' },
    ],
    recipes: [
      ['popularity', {}],
      ['item-knn', { recency: 0.5 }],
      ['markov', { recency: 0.6 }],
      ['sequence', {}],
    ],
  },
  {
    name: 'amazon-toys',
    protocol: `each user's last item held out; ${FULL_RANKING}`,
    needs: ['amazon-toys/Toys_and_Games.txt.gz'],
    load: () => fullRanking(lastOutOfLists('amazon-toys/Toys_and_Games.txt.gz')),
    goal: 'next',
    bars: [
      { metric: 'hitRate@10', best: 0.0975, source: 'Markov and item-knn, measured' },
      { metric: 'ndcg@10', best: 0.0633, source: 'Markov and item-knn, measured' },
    ],
    recipes: [
      ['popularity', {}],
      ['item-knn', { recency: 0.5 }],
      ['markov', { recency: 0.6 }],
      ['sequence', {}],
    ],
  },
  {
    name: 'diginetica',
    protocol: 'the next item of 60,858 session prefixes; full ranking, nothing masked',
    needs: ['diginetica/train_sessions.txt.gz', 'diginetica/test_pairs.txt.gz'],
    load: nextOfSession,
    goal: 'next',
    bars: [
      { metric: 'hitRate@20', best: 0.517, source: 'VSKNN, measured' },
      { metric: 'mrr@20', best: 0.184, source: 'VSKNN, measured' },
    ],
    recipes: [
      ['popularity', {}],
      ['markov', {}],
      ['user-knn', { recency: 0.7 }],
    ],
  },
];
