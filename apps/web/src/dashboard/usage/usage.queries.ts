import { queryOptions } from '@tanstack/react-query';
import { buildUrl, type UsageExportData, usageListMeters, usageQuery as fetchUsage, unwrap } from '../../api/client';
import { isId } from '../../shell/search';
import type { Days } from '../../ui/range-calendar';

export const RANGES_DAYS = [7, 30, 90] as const;
export type RangeDays = (typeof RANGES_DAYS)[number];
/** More hours than a week has make too many bars. */
export const HOURLY_DAYS_MAX = 7;

export const STEPS = ['day', 'hour'] as const;
/** What one bar or line stands for. */
export type Step = (typeof STEPS)[number];

/** The last days, or the chosen ones instead. */
export interface UsageView {
  days: RangeDays;
  /** UTC days, both of them included. */
  from?: string;
  to?: string;
  step: Step;
  projectId?: string;
}

/** The API sums up to 400 days; this many keep the page light. */
export const DAYS_MAX = 366;

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;

const dayOf = (ms: number) => new Date(ms).toISOString().slice(0, 10);
const isDay = (text: unknown): text is string =>
  typeof text === 'string' && !Number.isNaN(Date.parse(text)) && dayOf(Date.parse(text)) === text;
const countDays = ({ first, last }: Days) => (Date.parse(last) - Date.parse(first)) / DAY_MS + 1;

/** Reads the view from the URL; invalid parts take their default. */
export function readView({ days, from, to, step, projectId }: Record<string, unknown>): Partial<UsageView> {
  const range = RANGES_DAYS.find((each) => each === days);
  const count = isDay(from) && isDay(to) ? countDays({ first: from, last: to }) : 0;
  const isChosen = count >= 1 && count <= DAYS_MAX;
  const isHourly = step === 'hour' && ((isChosen && count) || (range ?? Infinity)) <= HOURLY_DAYS_MAX;
  return {
    ...(isChosen ? { from: from as string, to: to as string } : range && { days: range }),
    ...(isHourly && { step: 'hour' }),
    ...(isId(projectId) && { projectId }),
  };
}

/** The UTC days that end today. */
export function lastDays(count: number): Days {
  const now = Date.now();
  return { first: dayOf(now - (count - 1) * DAY_MS), last: dayOf(now) };
}

export const daysOf = ({ days, from, to }: Pick<UsageView, 'days' | 'from' | 'to'>): Days =>
  from && to ? { first: from, last: to } : lastDays(days);

/** Each of the days, oldest first. */
export function listDays(days: Days): string[] {
  return Array.from({ length: countDays(days) }, (_, index) => dayOf(Date.parse(days.first) + index * DAY_MS));
}

/** The UTC days of a range, or its hours until now: as the API names them, oldest first. */
export function listSteps(view: UsageView): string[] {
  const days = daysOf(view);
  if (view.step === 'day') return listDays(days);
  const start = Date.parse(days.first);
  const end = Math.min(Date.now(), Date.parse(days.last) + DAY_MS - 1);
  return Array.from({ length: Math.max(0, Math.floor((end - start) / HOUR_MS) + 1) }, (_, index) =>
    new Date(start + index * HOUR_MS).toISOString().replace('.000', ''),
  );
}

const rangeOf = (view: UsageView) => {
  const { first, last } = daysOf(view);
  return { from: `${first}T00:00:00.000Z`, to: `${dayOf(Date.parse(last) + DAY_MS)}T00:00:00.000Z` };
};

/** Usage of whole UTC days, by meter and one thing more. */
export const usageQuery = (view: UsageView, group: Step | 'apiKey' | 'project' | 'deployment') =>
  queryOptions({
    queryKey: ['usage', daysOf(view), view.projectId, group],
    queryFn: () =>
      unwrap(fetchUsage({ query: { ...rangeOf(view), groupBy: `${group},meter`, projectId: view.projectId } })),
  });

/** Where the browser downloads the same, by everything that usage is told apart by. */
export const csvUrl = (view: UsageView): string =>
  buildUrl<UsageExportData>({
    url: '/v1/usage.csv',
    query: { ...rangeOf(view), groupBy: `${view.step},project,deployment,apiKey,meter`, projectId: view.projectId },
  });

/** What is counted; it changes with a release of the platform alone. */
export const metersQuery = queryOptions({
  queryKey: ['meters'],
  queryFn: async () => (await unwrap(usageListMeters())).meters,
  staleTime: Infinity,
});
