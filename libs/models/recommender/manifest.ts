import type { FamilyManifest } from '../family.js';
import { memoryNeeded } from './memory-needed.js';
import * as settings from './settings.js';

/** The family of recommenders that learn from who did what with which items. */
export const recommenderManifest = {
  task: 'recommendation',
  summary: 'Learns from what users did with items, and what is known of both.',
  inputs: {
    interactions: { kind: 'interactions', isRequired: true, summary: 'What users did with items' },
    items: {
      kind: 'items',
      isRequired: false,
      summary: 'Adds titles and other attributes to recommendations; some recipes learn from them',
    },
    users: { kind: 'users', isRequired: false, summary: 'Attributes of users, which some recipes learn from' },
  },
  memoryBytes: (choice, { interactions }) => {
    const { users = 0, items = 0 } = interactions?.statistics ?? {};
    return memoryNeeded(choice, {
      interactions: interactions?.rows ?? 0,
      users: Number(users),
      items: Number(items),
    });
  },
  recipes: {
    auto: {
      summary: 'Looks at the data, tries the recipes that suit it, and takes the one that ranks best: the safe choice.',
      settings: settings.autoSettings,
    },
    ials: {
      summary: 'Matrix factorisation for implicit feedback (iALS): personal ranking from who touched what.',
      settings: settings.ialsSettings,
    },
    'ials++': {
      summary: 'iALS solved block by block: for long vectors.',
      settings: settings.ialsPlusPlusSettings,
    },
    bpr: {
      summary: 'Matrix factorisation that learns from pairs of a touched and an untouched item (BPR).',
      settings: settings.bprSettings,
    },
    ease: {
      summary:
        'A linear model from item to item in closed form (EASE): often the best for catalogues below 20,000 items.',
      settings: settings.easeSettings,
    },
    slim: {
      summary: 'A linear model from item to item with few, positive weights (SLIM): finer than EASE, and slower.',
      settings: settings.slimSettings,
    },
    'item-knn': {
      summary: 'Items like those the user touched, by who touched both.',
      settings: settings.itemKnnSettings,
    },
    'user-knn': {
      summary: 'What the users most alike touched; for sessions, what similar sessions held.',
      settings: settings.userKnnSettings,
    },
    rp3beta: {
      summary:
        'Random walks from item to user to item, popular items held back (RP3β): fast, and strong on sparse data.',
      settings: settings.rp3betaSettings,
    },
    markov: {
      summary:
        'What follows the latest items in the order of time, mixed with what is liked together. Needs timestamps.',
      settings: settings.markovSettings,
    },
    'explicit-mf': {
      summary:
        'Predicts ratings (biased matrix factorisation, SVD++ as a setting). Needs values; ranks worse than the others.',
      settings: settings.explicitMfSettings,
    },
    sequence: {
      summary:
        'Predicts the next item from the latest ones by self-attention (SASRec). Needs timestamps and time; shines on long, ordered histories.',
      settings: settings.sequenceSettings,
    },
    'embedding-mf': {
      summary:
        "Predicts ratings by the angle between learnt embeddings (the platform's first model). Needs values; explicit-mf errs less.",
      settings: settings.embeddingMfSettings,
    },
    hybrid: {
      summary:
        'Puts the candidates of several recipes in order by their scores, popularity, freshness and attributes together.',
      settings: settings.hybridSettings,
    },
    'two-tower': {
      summary:
        'Learns from ids and attributes of users and items side by side; recommends new items by their attributes.',
      settings: settings.twoTowerSettings,
      usesAttributes: true,
    },
    popularity: {
      summary: 'The items that most users touched, the same for everyone: a baseline and a safe start.',
      settings: settings.noSettings,
    },
    trending: {
      summary: 'What is popular of late, the same for everyone. Needs timestamps.',
      settings: settings.trendingSettings,
    },
    random: {
      summary: 'Any items, in an order of chance: the floor that every model must leave behind.',
      settings: settings.noSettings,
    },
  },
} satisfies FamilyManifest;

/** A recipe of this family. */
export type RecipeKey = keyof typeof recommenderManifest.recipes;

/** A recipe that is fitted itself rather than by choosing another. */
export type FittableRecipe = Exclude<RecipeKey, 'auto'>;

/** A recipe with settings that its schema has passed. */
export interface RecipeChoice {
  recipe: FittableRecipe;
  settings: Record<string, unknown>;
}
