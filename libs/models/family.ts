import type { ZodType } from 'zod';
import type { Device } from '../compute/device/open-device.js';
import type { Engine } from '../compute/engine/engine.js';

/** One data set in memory: parallel arrays, one entry per interaction, indices into the id lists. */
export interface TrainingInput {
  /** Index to external id; distinct. */
  userIds: string[];
  /** Index to external id; distinct. Items without interactions are allowed. */
  itemIds: string[];
  /** `[interactions]`, indices into `userIds`. */
  users: Uint32Array;
  /** `[interactions]`, indices into `itemIds`. */
  items: Uint32Array;
  /** `[interactions]`, rating or other value, NaN where an interaction has none; null when the data set has none. */
  values: Float32Array | null;
  /** `[interactions]`, Unix seconds; null when the data set has none. */
  timestamps: Float64Array | null;
  /** What users did, such as view or purchase; null when the data set names none. */
  eventTypes: EventTypes | null;
  /** `[items]`, null where nothing is known of the item. */
  itemAttributes: (Record<string, string> | null)[];
  /** `[users]`, null where nothing is known of the user. */
  userAttributes: (Record<string, string> | null)[];
}

/** The event type of each interaction. */
export interface EventTypes {
  /** Distinct. */
  names: string[];
  /** `[interactions]`, indices into `names`. */
  codes: Uint32Array;
}

/** What a customer sees of a running job. */
export interface TrainingProgress {
  phase: 'tuning' | 'fitting' | 'evaluating' | 'refitting' | 'publishing';
  /** 0..1 over the whole job, never falling. */
  progress: number;
  /** The sweep under way within the current fit, from 1; 0 before the first and for a recipe without sweeps. */
  epoch: number;
  /** Sweeps of one fit; 0 for a recipe without sweeps. */
  epochs: number;
  /** Mean training loss of the latest epoch; null for a recipe that measures none. */
  loss: number | null;
  /** A metric of the manifest on interactions that the fit does not see, after the latest epoch that was measured. */
  validation: { metric: string; value: number } | null;
  /** Interactions gone through a second, of late; null while nothing is fitted. */
  examplesPerSecond: number | null;
}

/** Metric name with its cutoff, such as `recall@20`, to its value; the family's manifest defines each name. */
export interface MetricValues {
  [metric: string]: number;
}

/** What a finished job leaves: the artifact to store and the offline metrics, popularity beside the model on the same users. */
export interface TrainingResult {
  artifact: Uint8Array<ArrayBuffer>;
  metrics: { model: MetricValues; popularity: MetricValues; evaluatedUsers: number };
  /** How the recipe was chosen; null where the customer chose it. */
  report: TuningReport | null;
}

/** What a search over recipes found and why it settled as it did. */
export interface TuningReport {
  recipe: string;
  settings: Record<string, unknown>;
  /** A sentence or two for the customer. */
  explanation: string;
  /** Where the choice is no better than the task's floor: that it is so, and what to do. */
  warning: string | null;
  /** Best first; popularity is always among them. */
  leaderboard: LeaderboardEntry[];
}

/** One recipe's best attempt, measured on interactions that neither it nor the final metrics learnt from. */
export interface LeaderboardEntry {
  recipe: string;
  settings: Record<string, unknown>;
  metrics: MetricValues;
  /** Of this fit and its measurement. */
  seconds: number;
}

/** A training job cut into calls short enough that the caller can report progress and stop between them. */
export interface Trainer {
  readonly done: boolean;
  /**
   * Does the next slice of work (a couple of seconds at most on a million interactions). Rejects within 200 ms with the abort
   * signal's reason once it is aborted, with {@link TrainingInputError} where the customer can act, and with an Error when
   * called after `done`. One call at a time.
   */
  epoch(): Promise<TrainingProgress>;
  /**
   * What a trainer of the same input, recipe, settings and seed needs to go on from here, to the same result; null while there
   * is nothing worth keeping. To be called between two calls of `epoch()`.
   */
  checkpoint(): Promise<Uint8Array<ArrayBuffer> | null>;
  /** Builds the artifact. Rejects with an Error before `done`. */
  finalize(): Promise<TrainingResult>;
}

export interface TrainerOptions {
  /** A key of the family's `recipes`. */
  recipe: string;
  /** Checked against the recipe's schema; missing settings take their defaults. */
  settings: unknown;
  /** Any integer; the same input, settings and seed give the same artifact bytes. */
  seed: number;
  /** Runs the kernels; the caller closes it. */
  engine: Engine;
  /** What trains beside the engine; the processor where it is absent. */
  device?: Device | undefined;
  signal?: AbortSignal;
  /** Of an earlier attempt; throws the family's artifact error where it is not one of the same job. */
  checkpoint?: Uint8Array | undefined;
  /** What a fit may hold beside its input, in bytes; defaults to a share of the memory of this machine or container. */
  memoryBytesMax?: number;
}

export interface RecommendRequest {
  /** Absent only where the answer is not to be personal. */
  userId?: string | undefined;
  /** Most items returned; fewer come back when fewer qualify. */
  limit: number;
  /** Leaves out items that the user had in the training data. */
  excludeSeen: boolean;
  /** False answers without any of the person's data: what is popular, nothing left out. */
  personalized?: boolean | undefined;
}

export interface RecommendResult {
  /** What ranked the items. */
  source: 'model' | 'popularity';
  /** Why popularity answered in the model's place; absent when nothing was replaced. */
  fallbackReason?: 'unknown_user' | 'nothing_learnt';
  /** Best first, `rank` from 1; scores compare only within one answer. */
  items: { itemId: string; score: number; rank: number; attributes?: Record<string, string> }[];
}

/** A loaded artifact that answers requests of the ranking task; stateless, so calls may interleave. */
export interface RankingPredictor {
  recommend(request: RecommendRequest): Promise<RecommendResult>;
  /** Estimate of the memory held while loaded, in bytes, for cache accounting. */
  readonly byteLength: number;
}

/** The size of a data set. */
export interface InputCounts {
  interactions: number;
  users: number;
  items: number;
}

/** One recipe of a family. */
export interface RecipeManifest {
  summary: string;
  settings: ZodType;
  /** It learns from attributes, so that it can place items without interactions: it is given those of the catalogue too. */
  usesAttributes?: true;
}

/** What the API needs to know of a family without loading its trainer. */
export interface FamilyManifest {
  key: string;
  task: 'ranking' | 'classification' | 'generation';
  recipes: Record<string, RecipeManifest>;
  /** What training is expected to hold beside its input, in bytes; errs on the high side. */
  memoryBytes: (choice: { recipe: string; settings: Record<string, unknown> }, counts: InputCounts) => number;
  /** Metric name to its one-sentence definition. */
  metrics: Record<string, string>;
}

/** The input cannot be trained on; the message is shown to the customer and says what is wrong, where, and what to do. */
export class TrainingInputError extends Error {
  override readonly name = 'TrainingInputError';
}
