import type { UseInfiniteQueryResult } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { Button } from './button';

type Query = Pick<UseInfiniteQueryResult, 'hasNextPage' | 'isFetchingNextPage' | 'fetchNextPage'>;

interface MoreButtonProps {
  query: Query;
  /** Of a list whose rows are not in the order of time. */
  label?: string;
}

/** Under a list that is read page by page: fetches the next one, where there is one. */
export function MoreButton({ query, label }: MoreButtonProps) {
  const { t } = useTranslation();
  if (!query.hasNextPage) return null;
  return (
    <div className="flex justify-center border-t border-line p-3">
      <Button isBusy={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
        {label ?? t('ui.older')}
      </Button>
    </div>
  );
}
