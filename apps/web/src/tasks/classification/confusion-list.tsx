import { useTranslation } from 'react-i18next';
import { Badge } from '../../ui/badge';
import type { Confusion } from './report';
import { ShowMore, useShown } from './show-more';

/** Labels that are mistaken for each other, with texts that show it. */
export function ConfusionList({ confusions }: { confusions: Confusion[] }) {
  const { t } = useTranslation();
  const { shown, ...more } = useShown(confusions);
  if (confusions.length === 0) return <p className="text-muted">{t('tasks.classification.noConfusions')}</p>;
  return (
    <div className="space-y-3">
      <p className="text-muted">{t('tasks.classification.confusionsHint')}</p>
      <ol className="divide-y divide-line">
        {shown.map((confusion) => (
          <ConfusionItem key={JSON.stringify([confusion.actual, confusion.predicted])} confusion={confusion} />
        ))}
      </ol>
      <ShowMore {...more} />
    </div>
  );
}

function ConfusionItem({ confusion: { actual, predicted, count, examples } }: { confusion: Confusion }) {
  const { t } = useTranslation();
  return (
    <li className="space-y-1 py-2.5">
      <p className="wrap-anywhere">
        {t('tasks.classification.actual')} <bdi className="font-semibold">{actual}</bdi>
        {t('tasks.classification.predicted')} <bdi className="font-semibold">{predicted}</bdi>{' '}
        <Badge>{t('tasks.classification.count', { count })}</Badge>
      </p>
      <ul className="text-muted">
        {[...new Set(examples)].map((example) => (
          <li key={example} dir="auto" className="wrap-anywhere">
            {example}
          </li>
        ))}
      </ul>
    </li>
  );
}
