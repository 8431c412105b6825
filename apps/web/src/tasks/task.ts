import type { ParseKeys } from 'i18next';
import type { ReactNode } from 'react';
import type { Deployment, ModelVersion } from '../api/client';

export type Request = Record<string, unknown>;

/** All that is drawn for one task alone. */
export interface TaskScreens {
  operations: Record<string, OperationScreen>;
  /** What a version's report tells, under its metrics; plain JSON where it is absent. */
  Report?(props: ReportProps): ReactNode;
}

export interface ReportProps<R = unknown> {
  /** As the API answers it, without how the recipe was chosen, which is shown for every task. */
  report: R;
  projectId: string;
  version: ModelVersion;
}

/** What the playground and the code snippets need to know of an operation. Declared as methods, so that TypeScript accepts a screen of a narrower request and answer in the registry. */
export interface OperationScreen<Q extends Request = Request, A = unknown> {
  /** What the form asks before anything is filled in. */
  initial: Q;
  /** What the code snippets ask: the form's request, with an example in each field that was left empty. */
  toExample(request: Q): Q;
  Fields(props: FieldsProps<Q>): ReactNode;
  Answer(props: AnswerProps<Q, A>): ReactNode;
  /** `emptyTitle` and `emptyText` stand where the answer will be. */
  texts: Record<'submit' | 'emptyTitle' | 'emptyText', ParseKeys>;
}

export interface AnswerProps<Q extends Request = Request, A = unknown> {
  answer: A;
  /** What it answers. */
  request: Q;
  deployment: Deployment;
}

export interface FieldsProps<Q extends Request> {
  request: Q;
  onRequest(request: Q): void;
}
