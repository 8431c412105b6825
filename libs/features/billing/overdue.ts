const DAY_MS = 86_400_000;

/** What is withheld of who does not pay. */
export const OVERDUE_STAGES = ['grace', 'restricted', 'read_only'] as const;
export type OverdueStage = (typeof OVERDUE_STAGES)[number];

/** Days after the first failed payment at which each stage begins, and at which the subscription ends. */
export const STAGE_DAYS: Record<OverdueStage, number> = { grace: 0, restricted: 7, read_only: 14 };
export const END_DAYS = 28;

export function daysBefore(now: Date, days: number): Date {
  return new Date(now.getTime() - days * DAY_MS);
}

/** The stage by then, or that it is over. */
export function stageAt(since: Date, now: Date): OverdueStage | 'ended' {
  const days = (now.getTime() - since.getTime()) / DAY_MS;
  if (days >= END_DAYS) return 'ended';
  return OVERDUE_STAGES.findLast((stage) => days >= STAGE_DAYS[stage]) ?? 'grace';
}

/** When what comes after the stage begins. */
export function stageEndsAt(since: Date, stage: OverdueStage): Date {
  const next = OVERDUE_STAGES[OVERDUE_STAGES.indexOf(stage) + 1];
  return new Date(since.getTime() + (next ? STAGE_DAYS[next] : END_DAYS) * DAY_MS);
}
