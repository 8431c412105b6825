import type { KindKey } from '../../models/kinds/kinds.js';
import type { FamilyKey } from '../../models/manifests.js';

/** A file of which a copy without the person is wanted. */
export type EraseTask = { file: string; target: string; userId: string } & (
  | { kind: 'content'; dataSetKind: KindKey }
  | { kind: 'artifact'; family: FamilyKey }
);

/** What was written to the target; null where the file holds nothing of the person. */
export type Erased = { bytes: number; sha256: string; rowsTaken: number; rows: number; statistics: object } | null;

/** Where files are written anew; the worker provides it: in a process of its own. */
export abstract class UserEraser {
  abstract erase(task: EraseTask): Promise<Erased>;
}
