import type { Csr } from '../../compute/csr/kernel.js';

/** What a fit leaves: enough to score every item for every user of the training data. */
export type FittedModel = FactorModel | ProductModel | HybridModel | PopularityModel;

/** The score of an item for a user is the dot product of their rows; a bias is a column next to a column of ones. */
export interface FactorModel {
  kind: 'factors';
  /** A multiple of 16. */
  dimensions: number;
  /** `[users, dimensions]` */
  users: Float32Array;
  /** `[items, dimensions]` */
  items: Float32Array;
}

/** Scores are the product of two sparse matrices: H `[users, inner]` and S `[inner, items]`. */
export interface ProductModel {
  kind: 'product';
  /** H: what speaks for a user, such as weighted items or similar users. */
  histories: Csr;
  /** S: what that says of the items. */
  similarity: Csr;
}

/** Candidates of several models, put in order by what all of them and the items' own signals say. */
export interface HybridModel {
  kind: 'hybrid';
  generators: (FactorModel | ProductModel)[];
  /** `[users, items]`: what a user has already is no candidate. */
  seen: Csr;
  /** `[items, 2]`: how popular, and how much of that of late; standardised. */
  signals: Float32Array;
  /** `[items, features]` of the attributes; null where there are none. */
  itemFeatures: Csr | null;
  /** Taken from each generator. */
  candidates: number;
  ranker: Ranker;
}

/** One hidden layer: relu(x W + b) · v. */
export interface Ranker {
  /** W `[features, hidden]` */
  inner: Float32Array;
  /** b `[hidden]` */
  bias: Float32Array;
  /** v `[hidden]` */
  outer: Float32Array;
}

/** The same scores for everyone. */
export interface PopularityModel {
  kind: 'popularity';
  /** `[items]` */
  scores: Float32Array;
}
