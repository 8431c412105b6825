import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { PageHeader } from './page-header';
import { ProblemNotice } from './problem-notice';

interface QueryViewProps<T> {
  query: { data: T | undefined; isError: boolean; error: unknown; refetch: () => Promise<unknown> };
  /** The content is the whole page with its heading, so an error needs a heading too. */
  isPage?: boolean;
  children: (value: T) => ReactNode;
}

/** Waits for a query, shows its error with a way to try again, then its content. */
export function QueryView<T>({ query, isPage, children }: QueryViewProps<T>) {
  const { t } = useTranslation();
  if (query.data !== undefined) return children(query.data);
  if (!query.isError) return <Loading />;
  return (
    <>
      {isPage && <PageHeader title={t('problem.title')} />}
      <ProblemNotice error={query.error} onRetry={() => void query.refetch()} />
    </>
  );
}

interface TogetherProps {
  queries: { isLoading: boolean }[];
  children: ReactNode;
}

/** Parts that come by queries of their own, shown at once, so that none moves another; what comes later finds them there. */
export function Together({ queries, children }: TogetherProps) {
  const [isThere, setIsThere] = useState(false);
  if (!isThere && queries.every(({ isLoading }) => !isLoading)) setIsThere(true);
  return isThere ? children : <Loading />;
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
