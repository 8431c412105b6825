import { useMutation } from '@tanstack/react-query';
import { Sparkles } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { type Recommendations, recommendationsRecommend, unwrap } from '../../api/client';
import { useFormat } from '../../i18n/use-format';
import { Badge } from '../../ui/badge';
import { Button } from '../../ui/button';
import { Card } from '../../ui/card';
import { EmptyState } from '../../ui/empty-state';
import { CheckboxField, TextField } from '../../ui/field';
import { Form } from '../../ui/form';
import { Notice } from '../../ui/notice';
import type { RecommendInput } from './snippets';

const LIMIT_MAX = 100;

interface PlaygroundProps {
  deploymentId: string;
  input: RecommendInput;
  onInput: (input: RecommendInput) => void;
}

/** Asks a deployment what it would recommend, through the same call that customers' code makes. */
export function Playground({ deploymentId, input, onInput }: PlaygroundProps) {
  const { t } = useTranslation();
  const recommend = useMutation({
    mutationFn: () => unwrap(recommendationsRecommend({ path: { deploymentId }, body: input })),
  });
  return (
    <div className="grid items-start gap-5 lg:grid-cols-[19rem_1fr]">
      <Card title={t('playground.request')}>
        <Form
          onSubmit={() => recommend.mutate()}
          error={recommend.error}
          actions={
            <Button type="submit" variant="primary" isBusy={recommend.isPending} className="w-full">
              {t('playground.submit')}
            </Button>
          }
        >
          <TextField
            label={t('playground.userId')}
            name="userId"
            hint={t('playground.userIdHint')}
            value={input.userId}
            onChange={(event) => onInput({ ...input, userId: event.target.value })}
            maxLength={256}
            autoComplete="off"
            required
          />
          <TextField
            label={t('playground.limit')}
            name="limit"
            type="number"
            min={1}
            max={LIMIT_MAX}
            value={input.limit || ''}
            onChange={(event) => onInput({ ...input, limit: event.target.valueAsNumber || 0 })}
            required
          />
          <CheckboxField
            label={t('playground.excludeSeen')}
            name="excludeSeen"
            hint={t('playground.excludeSeenHint')}
            checked={input.excludeSeen}
            onChange={(event) => onInput({ ...input, excludeSeen: event.target.checked })}
          />
          <CheckboxField
            label={t('playground.personalized')}
            name="personalized"
            hint={t('playground.personalizedHint')}
            checked={input.personalized}
            onChange={(event) => onInput({ ...input, personalized: event.target.checked })}
          />
        </Form>
      </Card>
      {recommend.data ? (
        <Answer answer={recommend.data} />
      ) : (
        <Card>
          <EmptyState icon={Sparkles} title={t('playground.emptyTitle')}>
            {t('playground.emptyText')}
          </EmptyState>
        </Card>
      )}
    </div>
  );
}

function Answer({ answer }: { answer: Recommendations }) {
  const { t } = useTranslation();
  return (
    <Card
      title={t('playground.answer')}
      actions={
        <Badge tone={answer.source === 'model' ? 'accent' : 'warning'}>{t(`playground.source.${answer.source}`)}</Badge>
      }
      isFlush
    >
      {answer.fallbackReason && (
        <div className="p-4 pb-2 sm:px-5">
          <Notice tone="warning">{t(`playground.fallback.${answer.fallbackReason}`)}</Notice>
        </div>
      )}
      {answer.items.length === 0 && <p className="px-5 py-8 text-center text-muted">{t('playground.noItems')}</p>}
      <ol aria-label={t('playground.list')} className="divide-y divide-line">
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
