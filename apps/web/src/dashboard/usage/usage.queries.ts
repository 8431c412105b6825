import { queryOptions } from '@tanstack/react-query';
import { type Usage, usageQuery as fetchUsage, unwrap } from '../../api/client';

export type Meter = NonNullable<Usage['rows'][number]['meter']>;
export const METERS: Meter[] = ['recommendation_requests', 'training_seconds'];

export const RANGES_DAYS = [7, 30, 90] as const;
export type RangeDays = (typeof RANGES_DAYS)[number];

const DAY_MS = 86_400_000;

/** The UTC days of a range that ends today, oldest first. */
export function listDays(days: RangeDays): string[] {
  const now = Date.now();
  return Array.from({ length: days }, (_, index) =>
    new Date(now - (days - 1 - index) * DAY_MS).toISOString().slice(0, 10),
  );
}

/** Usage of the last whole UTC days and today. */
export const usageQuery = (days: RangeDays, groupBy: 'day,meter' | 'apiKey,meter') =>
  queryOptions({
    queryKey: ['usage', days, groupBy],
    queryFn: () => unwrap(fetchUsage({ query: { from: `${listDays(days)[0]}T00:00:00.000Z`, groupBy } })),
  });
