import { useTranslation } from 'react-i18next';
import type { Recommendations } from '../../api/client';
import { useFormat } from '../../i18n/use-format';
import { Badge } from '../../ui/badge';
import { Card } from '../../ui/card';
import { Notice } from '../../ui/notice';
import { ItemRow } from './item-row';

/** What a deployment recommends, best first, and what ranked it. */
export function RecommendedItems({ answer }: { answer: Recommendations }) {
  const { t } = useTranslation();
  return (
    <Card
      title={t('playground.answer')}
      actions={
        <Badge tone={answer.source === 'model' ? 'accent' : 'warning'}>
          {t(`tasks.recommendation.source.${answer.source}`)}
        </Badge>
      }
      isFlush
    >
      {answer.fallbackReason && (
        <div className="p-4 pb-2 sm:px-5">
          <Notice tone="warning">{t(`tasks.recommendation.fallback.${answer.fallbackReason}`)}</Notice>
        </div>
      )}
      {answer.items.length === 0 && (
        <p className="px-5 py-8 text-center text-muted">{t('tasks.recommendation.noItems')}</p>
      )}
      <RankedItems items={answer.items} />
    </Card>
  );
}

/** Items, best first, with their scores. */
export function RankedItems({ items }: Pick<Recommendations, 'items'>) {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <ol aria-label={t('tasks.recommendation.list')} className="divide-y divide-line">
      {items.map(({ itemId, attributes, rank, score }) => (
        <ItemRow
          key={itemId}
          itemId={itemId}
          attributes={attributes}
          lead={<span className="w-6 shrink-0 text-right text-muted tabular-nums">{rank}</span>}
          end={<span className="text-muted tabular-nums">{format.number(score, { maximumSignificantDigits: 4 })}</span>}
        />
      ))}
    </ol>
  );
}
