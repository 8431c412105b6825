import { queryOptions } from '@tanstack/react-query';
import { buildUrl, type OverdueExportData, overdueList, type OverdueListData, unwrap } from '../../api/client';

/** Which stage is listed, and in which order; kept in the address. */
export type OverdueView = NonNullable<OverdueListData['query']>;

export const STAGES = ['grace', 'restricted', 'read_only'] as const;
export const SORTS = ['age', 'amount'] as const;

export function readOverdueView({ stage, sort }: Record<string, unknown>): OverdueView {
  const known = STAGES.find((each) => each === stage);
  return { ...(known && { stage: known }), ...(sort === 'amount' && { sort }) };
}

export const OVERDUE_KEY = ['admin', 'overdue'];

export const overdueQuery = (query: OverdueView) =>
  queryOptions({
    queryKey: [...OVERDUE_KEY, query],
    queryFn: () => unwrap(overdueList({ query })),
    placeholderData: (previous) => previous,
  });

/** Where the browser downloads what is chosen. */
export const overdueCsvUrl = (query: OverdueView): string =>
  buildUrl<OverdueExportData>({ url: '/v1/admin/overdue-organizations.csv', query });
