import type { UseQueryResult } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { ProblemNotice } from './problem-notice';

/** Waits for a query, shows its error with a way to try again, then its content. */
export function QueryView<T>({ query, children }: { query: UseQueryResult<T>; children: (value: T) => ReactNode }) {
  if (query.data !== undefined) return children(query.data);
  if (query.isError) return <ProblemNotice error={query.error} onRetry={() => void query.refetch()} />;
  return <Loading />;
}

/** Grey lines where content will be. */
export function Loading() {
  const { t } = useTranslation();
  return (
    <output className="block space-y-3 rounded-lg border border-line bg-surface p-5">
      <span className="sr-only">{t('ui.loading')}</span>
      {['w-1/3', 'w-full', 'w-5/6'].map((width) => (
        <span key={width} className={`block h-3.5 animate-pulse rounded bg-sunken ${width}`} />
      ))}
    </output>
  );
}
