import type { z, ZodType } from 'zod';
import type { FamilyManifest, RecipeManifest, SourceSize } from '../family.js';
import type { RecipeChoice as Choice } from '../training/recipe.js';
import * as memory from './memory-needed.js';
import * as settings from './settings.js';

/** What else stands on a recipe of this family. */
interface RecommenderRecipe extends RecipeManifest {
  /** What it is measured by: the rest of a taste, what comes next, ratings too; `chosen` where a setting or the data say. */
  goal: 'taste' | 'next' | 'ratings' | 'chosen';
  /** Columns of the interactions that it cannot do without. */
  needs: readonly ('timestamps' | 'values')[];
  /** It learns from attributes, so that it can place items without interactions: it is given those of the catalogue too. */
  usesAttributes?: true;
}

function recipe<Settings extends ZodType>({
  memoryNeeded,
  ...entry
}: Omit<RecommenderRecipe, 'settings' | 'memoryBytes'> & {
  settings: Settings;
  memoryNeeded: (settings: z.output<Settings>, counts: memory.InputCounts) => number;
}) {
  return {
    ...entry,
    memoryBytes: (chosen: Record<string, unknown>, { interactions }: Record<string, SourceSize>) => {
      const { users = 0, items = 0 } = interactions?.statistics ?? {};
      const counts = { interactions: interactions?.rows ?? 0, users: Number(users), items: Number(items) };
      return memoryNeeded(chosen as z.output<Settings>, counts);
    },
  } satisfies RecommenderRecipe;
}

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
  recipes: {
    auto: recipe({
      summary: 'Looks at the data, tries the recipes that suit it, and takes the one that ranks best: the safe choice.',
      settings: settings.autoSettings,
      // The hungriest recipe that it may try.
      memoryNeeded: memory.squareNeeded,
      goal: 'chosen',
      needs: [],
    }),
    ials: recipe({
      summary: 'Matrix factorisation for implicit feedback (iALS): personal ranking from who touched what.',
      settings: settings.ialsSettings,
      memoryNeeded: memory.factorsNeeded,
      goal: 'taste',
      needs: [],
    }),
    'ials++': recipe({
      summary: 'iALS solved block by block: for long vectors.',
      settings: settings.ialsPlusPlusSettings,
      memoryNeeded: memory.factorsNeeded,
      goal: 'taste',
      needs: [],
    }),
    bpr: recipe({
      summary: 'Matrix factorisation that learns from pairs of a touched and an untouched item (BPR).',
      settings: settings.bprSettings,
      memoryNeeded: memory.factorsNeeded,
      goal: 'taste',
      needs: [],
    }),
    ease: recipe({
      summary:
        'A linear model from item to item in closed form (EASE): often the best for catalogues below 20,000 items.',
      settings: settings.easeSettings,
      memoryNeeded: memory.linearNeeded,
      goal: 'taste',
      needs: [],
    }),
    slim: recipe({
      summary: 'A linear model from item to item with few, positive weights (SLIM): finer than EASE, and slower.',
      settings: settings.slimSettings,
      memoryNeeded: memory.linearNeeded,
      goal: 'taste',
      needs: [],
    }),
    'item-knn': recipe({
      summary: 'Items like those the user touched, by who touched both.',
      settings: settings.itemKnnSettings,
      memoryNeeded: memory.itemNeighboursNeeded,
      goal: 'taste',
      needs: [],
    }),
    'user-knn': recipe({
      summary: 'What the users most alike touched; for sessions, what similar sessions held.',
      settings: settings.userKnnSettings,
      memoryNeeded: memory.userNeighboursNeeded,
      goal: 'taste',
      needs: [],
    }),
    rp3beta: recipe({
      summary:
        'Random walks from item to user to item, popular items held back (RP3β): fast, and strong on sparse data.',
      settings: settings.rp3betaSettings,
      memoryNeeded: memory.itemNeighboursNeeded,
      goal: 'taste',
      needs: [],
    }),
    markov: recipe({
      summary:
        'What follows the latest items in the order of time, mixed with what is liked together. Needs timestamps.',
      settings: settings.markovSettings,
      memoryNeeded: memory.stepsNeeded,
      goal: 'next',
      needs: ['timestamps'],
    }),
    'explicit-mf': recipe({
      summary:
        'Predicts ratings (biased matrix factorisation, SVD++ as a setting). Needs values; ranks worse than the others.',
      settings: settings.explicitMfSettings,
      memoryNeeded: memory.factorsNeeded,
      goal: 'ratings',
      needs: ['values'],
    }),
    sequence: recipe({
      summary:
        'Predicts the next item from the latest ones by self-attention (SASRec). Needs timestamps and time; shines on long, ordered histories.',
      settings: settings.sequenceSettings,
      memoryNeeded: memory.factorsNeeded,
      goal: 'next',
      needs: ['timestamps'],
    }),
    'embedding-mf': recipe({
      summary:
        "Predicts ratings by the angle between learnt embeddings (the platform's first model). Needs values; explicit-mf errs less.",
      settings: settings.embeddingMfSettings,
      memoryNeeded: memory.factorsNeeded,
      goal: 'ratings',
      needs: ['values'],
    }),
    hybrid: recipe({
      summary:
        'Puts the candidates of several recipes in order by their scores, popularity, freshness and attributes together.',
      settings: settings.hybridSettings,
      memoryNeeded: memory.hybridNeeded,
      goal: 'taste',
      needs: [],
    }),
    'two-tower': recipe({
      summary:
        'Learns from ids and attributes of users and items side by side; recommends new items by their attributes.',
      settings: settings.twoTowerSettings,
      usesAttributes: true,
      memoryNeeded: memory.factorsNeeded,
      goal: 'taste',
      needs: [],
    }),
    popularity: recipe({
      summary: 'The items that most users touched, the same for everyone: a baseline and a safe start.',
      settings: settings.noSettings,
      memoryNeeded: memory.pairsNeeded,
      goal: 'taste',
      needs: [],
    }),
    trending: recipe({
      summary: 'What is popular of late, the same for everyone. Needs timestamps.',
      settings: settings.trendingSettings,
      memoryNeeded: memory.pairsNeeded,
      goal: 'next',
      needs: ['timestamps'],
    }),
    random: recipe({
      summary: 'Any items, in an order of chance: the floor that every model must leave behind.',
      settings: settings.noSettings,
      memoryNeeded: memory.pairsNeeded,
      goal: 'taste',
      needs: [],
    }),
  },
} satisfies FamilyManifest;

/** A recipe of this family. */
export type RecipeKey = keyof typeof recommenderManifest.recipes;

/** A recipe that is fitted itself rather than by choosing another. */
export type FittableRecipe = Exclude<RecipeKey, 'auto'>;

/** A recipe with settings that its schema has passed. */
export type RecipeChoice = Choice<FittableRecipe>;
