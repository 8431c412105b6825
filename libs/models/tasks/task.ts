import type { z, ZodType } from 'zod';

/** What a metric tells, and which way is better. */
export interface Metric {
  meaning: string;
  better: 'higher' | 'lower';
}

/** One thing that a deployment of a task can be asked. */
export interface Operation<Q extends ZodType = ZodType, A extends ZodType = ZodType> {
  summary: string;
  /** Of the body. */
  request: Q;
  /** What the model says; the platform adds the ids of the call and of the version. */
  answer: A;
  /** The field of the request that names a person, who may have asked to be forgotten. */
  person?: string;
  /**
   * A call may bring much work: calls of one organization are then carried out one after another. The predictor lets others come in between,
   * every few milliseconds.
   */
  isLong?: true;
  /** What of a request is kept for a month, so that feedback on the answer need only name the call. */
  keeps?(request: z.output<Q>): object;
  /** By meter, at least one: the most units that a call may use, and what it used. */
  meters: Record<
    string,
    { most(request: z.output<Q>): number; used(request: z.output<Q>, answer: z.output<A>): number }
  >;
}

/** What every family of a kind of problem promises: the contract between a model and all that is around it. */
export interface Task {
  summary: string;
  operations: Record<string, Operation>;
  /** By name, such as `recall@20`, in the order in which they are shown. */
  metrics: Record<string, Metric>;
  /** The metric that decides between two versions. */
  verdictBy: string;
  /** What stands next to every metric, the floor first. */
  baselines: readonly string[];
  /** What the report of a version tells. */
  report: ZodType;
}
