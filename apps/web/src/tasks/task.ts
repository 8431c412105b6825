import type { QueryClient } from '@tanstack/react-query';
import type { ParseKeys } from 'i18next';
import type { ReactNode } from 'react';
import type { Deployment, Model, ModelVersion, Result } from '../api/client';

export type Request = Record<string, unknown>;

/** All that is drawn for one task alone. */
export interface TaskScreens {
  operations: Record<string, OperationScreen>;
  /** Why something else than the model may answer, by the API's reason; absent where nothing else does. */
  fallbacks?: Record<string, ParseKeys>;
  sample: Sample;
  /** What a version's report tells, under its metrics; plain JSON where it is absent. */
  Report?(props: ReportProps): ReactNode;
  /** What a version is worth, in a few numbers and plain words. */
  Figures?(props: FiguresProps): ReactNode;
  /** What a version answers to a few of the customer's own. */
  Examples?(props: ExamplesProps): ReactNode;
}

export interface ExamplesProps {
  model: Model;
  version: ModelVersion;
}

export interface FiguresProps {
  result: Result;
}

/** Data that ships with the product, and the model that is made of such: quick to train, and good. */
export interface Sample {
  family: string;
  recipe: string;
  /** What stands in which role of the family, with the key by which the API has it. */
  dataSets: { role: string; name: ParseKeys; key: string }[];
  /** Of the files, under `/samples/`. */
  license: string;
  texts: Record<'action' | 'about' | 'credit' | 'model', ParseKeys>;
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
  /** The same of something of the customer's own, such as one of their users. */
  findInitial?(deployment: Deployment, queries: QueryClient): Promise<Q>;
  /** What the code snippets ask: the form's request, with an example in each field that was left empty. */
  toExample(request: Q): Q;
  Fields(props: FieldsProps<Q>): ReactNode;
  /** What is worth seeing next to the answer, such as what the person it is for did before. */
  Beside?(props: BesideProps<Q>): ReactNode;
  Answer(props: AnswerProps<Q, A>): ReactNode;
  /** `emptyTitle` and `emptyText` stand where the answer will be. */
  texts: Record<'submit' | 'emptyTitle' | 'emptyText', ParseKeys>;
}

export interface BesideProps<Q extends Request = Request> {
  /** What was asked last; before that, what is asked at first. */
  request: Q;
  deployment: Deployment;
}

export interface AnswerProps<Q extends Request = Request, A = unknown> {
  answer: A;
  /** What it answers. */
  request: Q;
  deployment: Deployment;
}

export interface FieldsProps<Q extends Request> {
  request: Q;
  deployment: Deployment;
  onRequest(request: Q): void;
  /** Takes a request and sends it at once, as a press on the button would. */
  onAsk(request: Q): void;
}
