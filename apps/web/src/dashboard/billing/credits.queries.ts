import { queryOptions } from '@tanstack/react-query';
import { creditsBalance, creditsList, unwrap } from '../../api/client';
import { listQuery } from '../../api/list-query';

export const creditBalanceQuery = queryOptions({
  queryKey: ['billing', 'credits', 'balance'],
  queryFn: () => unwrap(creditsBalance()),
});

export const creditGrantsQuery = listQuery(['billing', 'credits', 'list'], (cursor) =>
  creditsList({ query: { cursor } }),
);
