import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '../../ui/button';

const STEP = 20;

/** The first rows of a list that may be long, and what {@link ShowMore} needs to lengthen it. */
export function useShown<T>(rows: T[]) {
  const [count, setCount] = useState(STEP);
  return {
    shown: rows.slice(0, count),
    rest: Math.max(0, rows.length - count),
    onMore: () => setCount(count + 5 * STEP),
  };
}

/** Lists in steps: a thousand rows at once would hold the page up. */
export function ShowMore({ rest, onMore }: { rest: number; onMore: () => void }) {
  const { t } = useTranslation();
  if (rest === 0) return null;
  return (
    <div className="flex justify-center">
      <Button onClick={onMore}>{t('tasks.classification.showMore', { count: rest })}</Button>
    </div>
  );
}
