import { Boxes, FolderOpen, KeyRound, type LucideIcon, Rocket, Table2 } from 'lucide-react';

/** The steps from nothing to answers, in order; each is also a noun of the API. */
export const STEPS = {
  project: FolderOpen,
  dataSet: Table2,
  model: Boxes,
  deployment: Rocket,
  apiKey: KeyRound,
} satisfies Record<string, LucideIcon>;

export type StepKey = keyof typeof STEPS;
