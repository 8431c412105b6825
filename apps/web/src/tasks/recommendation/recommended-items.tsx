import { useTranslation } from 'react-i18next';
import type { Recommendations } from '../../api/client';
import { useFormat } from '../../i18n/use-format';
import { Badge } from '../../ui/badge';
import { Card } from '../../ui/card';
import { Notice } from '../../ui/notice';

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
      <ol aria-label={t('tasks.recommendation.list')} className="divide-y divide-line">
        {answer.items.map((item) => (
          <AnswerItem key={item.itemId} item={item} />
        ))}
      </ol>
    </Card>
  );
}

function AnswerItem({ item }: { item: Recommendations['items'][number] }) {
  const format = useFormat();
  const { title, ...attributes } = item.attributes ?? {};
  return (
    <li className="flex items-center gap-4 px-4 py-2 sm:px-5">
      <span className="w-6 shrink-0 text-right text-muted tabular-nums">{item.rank}</span>
      <div className="min-w-0 flex-1">
        <p className="font-medium break-words">{title || item.itemId}</p>
        <p className="text-xs break-words text-muted">
          {[title && item.itemId, ...Object.values(attributes)].filter(Boolean).join(' · ')}
        </p>
      </div>
      <span className="text-muted tabular-nums">{format.number(item.score, { maximumSignificantDigits: 4 })}</span>
    </li>
  );
}
