import type { Engine } from '../../libs/compute/engine/engine.js';

/** One value for each case, such as a user, whose mean is the metric. */
export type Measured = Record<string, Float64Array>;

/** The best figure known for a metric of a row, and who reached it. */
export interface Bar {
  metric: string;
  best: number;
  source: string;
  /** An error, which must be below the best: the root of the mean, what is measured being squares. */
  isError?: true;
}

/** One row of the table: a data set with a protocol, the bars, and the recipes with settings chosen for it. */
export interface Row {
  name: string;
  protocol: string;
  /** Files below the shared folder; where one is absent the row is skipped. */
  needs: string[];
  load: () => Protocol;
  /** Whether `auto` is asked, too. */
  isSearched: boolean;
  bars: Bar[];
  recipes: [recipe: string, settings: object][];
}

/** A data set with the way to measure on it. */
export interface Protocol {
  fitAndMeasure: (engine: Engine, recipe: string, settings: object, seed: number) => Promise<Measured>;
  /** What `auto` chooses on the training side. */
  search: (engine: Engine, budgetSeconds: number) => Promise<{ recipe: string; settings: object; explanation: string }>;
}

/** What a family is measured on. */
export interface FamilyQuality {
  rows: Row[];
  /** The time that `auto` gets for its search where nobody says otherwise. */
  searchSeconds: number;
  /** Recipes that draw their start by chance, and are measured with several seeds. */
  ofChance: ReadonlySet<string>;
  /** Recipes too slow for every `npm test`. */
  slow: ReadonlySet<string>;
}
