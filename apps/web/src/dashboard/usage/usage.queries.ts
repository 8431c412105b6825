import { queryOptions } from '@tanstack/react-query';
import { usageListMeters, usageQuery as fetchUsage, unwrap } from '../../api/client';

export const RANGES_DAYS = [7, 30, 90] as const;
export type RangeDays = (typeof RANGES_DAYS)[number];
/** More hours than a week has make too many bars. */
export const HOURLY_DAYS_MAX = 7;

export const STEPS = ['day', 'hour'] as const;
/** What one bar or line stands for. */
export type Step = (typeof STEPS)[number];

export interface UsageView {
  days: RangeDays;
  step: Step;
  projectId?: string;
}

/** Reads the view from the URL; invalid parts take their default. */
export function readView({ days, step, projectId }: Record<string, unknown>): Partial<UsageView> {
  const range = RANGES_DAYS.find((each) => each === days);
  const isHourly = step === 'hour' && range !== undefined && range <= HOURLY_DAYS_MAX;
  return {
    ...(range && { days: range }),
    ...(isHourly && { step: 'hour' }),
    ...(typeof projectId === 'string' && projectId && { projectId }),
  };
}

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;

/** The UTC days of a range that ends today, oldest first. */
export function listDays(days: RangeDays): string[] {
  const now = Date.now();
  return Array.from({ length: days }, (_, index) =>
    new Date(now - (days - 1 - index) * DAY_MS).toISOString().slice(0, 10),
  );
}

const startOf = (days: RangeDays) => `${listDays(days)[0]}T00:00:00.000Z`;

/** The UTC days, or the hours until now, of a range: as the API names them, oldest first. */
export function listSteps({ days, step }: UsageView): string[] {
  if (step === 'day') return listDays(days);
  const start = Date.parse(startOf(days));
  const hours = Math.floor((Date.now() - start) / HOUR_MS) + 1;
  return Array.from({ length: hours }, (_, index) =>
    new Date(start + index * HOUR_MS).toISOString().replace('.000', ''),
  );
}

/** Usage of the last whole UTC days and today, by meter and one thing more. */
export const usageQuery = ({ days, projectId }: UsageView, group: Step | 'apiKey' | 'project' | 'deployment') =>
  queryOptions({
    queryKey: ['usage', days, projectId, group],
    queryFn: () => unwrap(fetchUsage({ query: { from: startOf(days), groupBy: `${group},meter`, projectId } })),
  });

/** What is counted; it changes with a release of the platform alone. */
export const metersQuery = queryOptions({
  queryKey: ['meters'],
  queryFn: async () => (await unwrap(usageListMeters())).meters,
  staleTime: Infinity,
});
