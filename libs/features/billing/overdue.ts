const DAY_MS = 86_400_000;

/** What is withheld of who does not pay. */
export const OVERDUE_STAGES = ['grace', 'restricted', 'read_only'] as const;
export type OverdueStage = (typeof OVERDUE_STAGES)[number];

/** Days after the first failed payment at which each stage begins, and at which the subscription ends. */
export const STAGE_DAYS: Record<OverdueStage, number> = { grace: 0, restricted: 7, read_only: 14 };
export const END_DAYS = 28;

const AFTER = { grace: 'restricted', restricted: 'read_only', read_only: 'ended' } as const;

/** A payment that is missing. */
export interface Overdue {
  /** When the first one failed. */
  since: Date;
  stage: OverdueStage;
  /** Until when nothing is withheld, where an operator has given more time; null elsewhere. */
  graceUntil: Date | null;
  /** When an operator last had them reminded. */
  remindedAt: Date | null;
}

/** From when the days of the stages count: from the first failed payment or, where more time was given, so that it ends the first stage. */
export function countsFrom({ since, graceUntil }: Pick<Overdue, 'since' | 'graceUntil'>): Date {
  const from = graceUntil && daysBefore(graceUntil, STAGE_DAYS.restricted);
  return from && from > since ? from : since;
}

export function daysBefore(now: Date, days: number): Date {
  return new Date(now.getTime() - days * DAY_MS);
}

/** The stage by then, or that it is over. @param since as `countsFrom` says, as below */
export function stageAt(since: Date, now: Date): OverdueStage | 'ended' {
  const days = (now.getTime() - since.getTime()) / DAY_MS;
  if (days >= END_DAYS) return 'ended';
  return OVERDUE_STAGES.findLast((stage) => days >= STAGE_DAYS[stage]) ?? 'grace';
}

/** What comes after the stage. */
export function stageAfter(stage: OverdueStage): Exclude<OverdueStage, 'grace'> | 'ended' {
  return AFTER[stage];
}

/** When what comes after the stage begins. */
export function stageEndsAt(since: Date, stage: OverdueStage): Date {
  const next = stageAfter(stage);
  return new Date(since.getTime() + (next === 'ended' ? END_DAYS : STAGE_DAYS[next]) * DAY_MS);
}
