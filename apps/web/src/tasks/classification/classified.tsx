import { useTranslation } from 'react-i18next';
import type { Classifications } from '../../api/client';
import { Badge } from '../../ui/badge';
import { Card } from '../../ui/card';
import { Notice } from '../../ui/notice';
import type { AnswerProps } from '../task';
import type { ClassifyRequest } from './classify-fields';
import { CorrectionForm } from './correction-form';
import { Explanation } from './explanation';
import { usePercent } from './use-percent';

type Result = Classifications['results'][number];

/** What a deployment says of a text, why, and a way to say that it is wrong. */
export function Classified({ answer, request, deployment }: AnswerProps<ClassifyRequest, Classifications>) {
  const { t } = useTranslation();
  const result = answer.results[0]!;
  return (
    <div className="min-w-0 space-y-5">
      <Card title={t('playground.answer')} actions={<Verdict result={result} />}>
        <div className="space-y-5">
          {result.reason && <Notice tone="warning">{t(`tasks.classification.reason.${result.reason}`)}</Notice>}
          <ScoreBars result={result} />
          {result.explanation && (
            <Explanation text={request.text} label={result.classes[0]?.label ?? ''} pieces={result.explanation} />
          )}
          <CorrectionForm answer={answer} result={result} deployment={deployment} />
        </div>
      </Card>
      {result.nearest && result.nearest.length > 0 && <NearestCard nearest={result.nearest} />}
    </div>
  );
}

function Verdict({ result: { abstained, labels } }: { result: Result }) {
  const { t } = useTranslation();
  if (abstained) return <Badge tone="warning">{t('tasks.classification.abstained')}</Badge>;
  return (
    <span className="flex min-w-0 flex-wrap gap-1">
      {labels.map((label) => (
        <Badge key={label} tone="accent">
          {label}
        </Badge>
      ))}
    </span>
  );
}

function ScoreBars({ result: { classes, labels } }: { result: Result }) {
  const { t } = useTranslation();
  const percent = usePercent();
  return (
    <ol aria-label={t('tasks.classification.classes')} className="space-y-2">
      {classes.map(({ label, score }) => (
        <li key={label}>
          <div className="flex justify-between gap-4">
            <span dir="auto" className={`min-w-0 wrap-anywhere ${labels.includes(label) ? 'font-semibold' : ''}`}>
              {label}
            </span>
            <span className="text-muted tabular-nums">{percent(score)}</span>
          </div>
          <div aria-hidden className="mt-0.5 h-1.5 rounded-full bg-sunken">
            <div
              className={`h-full rounded-full ${labels.includes(label) ? 'bg-accent' : 'bg-bar-quiet'}`}
              style={{ width: `${score * 100}%` }}
            />
          </div>
        </li>
      ))}
    </ol>
  );
}

function NearestCard({ nearest }: { nearest: NonNullable<Result['nearest']> }) {
  const { t } = useTranslation();
  const percent = usePercent();
  return (
    <Card title={t('tasks.classification.nearestTitle')} hint={t('tasks.classification.nearestHint')} isFlush>
      <ol className="divide-y divide-line">
        {nearest.map(({ text, labels, similarity }, place) => (
          // Two rows may have one text.
          // oxlint-disable-next-line react/no-array-index-key -- the list never changes
          <li key={place} className="flex items-start justify-between gap-4 px-4 py-2.5 sm:px-5">
            <div className="min-w-0">
              <p dir="auto" className="wrap-anywhere">
                {text}
              </p>
              <p className="text-xs text-muted">{labels.join(', ')}</p>
            </div>
            <span className="shrink-0 text-muted tabular-nums">
              {t('tasks.classification.similar', { share: percent(similarity) })}
            </span>
          </li>
        ))}
      </ol>
    </Card>
  );
}
