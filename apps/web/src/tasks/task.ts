import type { ParseKeys } from 'i18next';
import type { ReactNode } from 'react';

export type Request = Record<string, unknown>;

/** What the playground and the code snippets need to know of an operation. Declared as methods, so that TypeScript accepts a screen of a narrower request and answer in the registry. */
export interface OperationScreen<Q extends Request = Request, A = unknown> {
  /** What the form asks before anything is filled in. */
  initial: Q;
  /** What the code snippets ask: the form's request, with an example in each field that was left empty. */
  toExample(request: Q): Q;
  Fields(props: FieldsProps<Q>): ReactNode;
  Answer(props: { answer: A }): ReactNode;
  /** `emptyTitle` and `emptyText` stand where the answer will be. */
  texts: Record<'submit' | 'emptyTitle' | 'emptyText', ParseKeys>;
}

export interface FieldsProps<Q extends Request> {
  request: Q;
  onRequest(request: Q): void;
}
