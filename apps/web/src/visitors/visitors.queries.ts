import { queryOptions } from '@tanstack/react-query';
import {
  type PriceListEstimateData,
  priceListEstimate,
  priceListGet,
  showcaseGet,
  showcaseRecommend,
  unwrap,
} from '../api/client';

const KEPT_MS = 600_000;

export const priceListQuery = (currency?: string) =>
  queryOptions({
    queryKey: ['price-list', currency],
    queryFn: () => unwrap(priceListGet({ query: { ...(currency && { currency }) } })),
    staleTime: KEPT_MS,
    // The prices before stay until those in another currency are there.
    placeholderData: (previous) => previous,
  });

export const estimateQuery = (uses: PriceListEstimateData['body']['uses'], currency?: string) =>
  queryOptions({
    queryKey: ['price-estimate', uses, currency],
    queryFn: () => unwrap(priceListEstimate({ body: { uses, ...(currency && { currency }) } })),
    staleTime: KEPT_MS,
    // The estimate before stays until the next is there.
    placeholderData: (previous) => previous,
  });

export const showcaseQuery = queryOptions({
  queryKey: ['showcase'],
  queryFn: () => unwrap(showcaseGet()),
  staleTime: KEPT_MS,
});

export const showcaseAnswerQuery = (userId: string) =>
  queryOptions({
    queryKey: ['showcase', userId],
    queryFn: () => unwrap(showcaseRecommend({ body: { userId } })),
    staleTime: KEPT_MS,
    placeholderData: (previous) => previous,
  });
