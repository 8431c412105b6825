import { Download } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../../i18n/use-format';
import { Badge } from '../../ui/badge';
import { Button } from '../../ui/button';
import { Chart } from '../../ui/chart/chart';
import { ShareChart } from '../../ui/chart/share-chart';
import { downloadCsv, toCsv } from '../../ui/csv';
import type { ClassificationReport, LabelError } from './report';
import { ShowMore, useShown } from './show-more';
import { usePercent } from './use-percent';

/** What would make it better: more rows or not, rows to correct, rows to label. */
export function MoreData({ report }: { report: ClassificationReport }) {
  return (
    <div className="space-y-6">
      <LearningCurve report={report} />
      <LabelErrors rows={report.labelErrors} />
      <LabelNext rows={report.labelNext} />
    </div>
  );
}

function LearningCurve({ report: { learningCurve, moreLabels } }: { report: ClassificationReport }) {
  const { t } = useTranslation();
  const format = useFormat();
  const percent = usePercent();
  const title = t('tasks.classification.learningCurve');
  const [first, last] = [learningCurve[0], learningCurve.at(-1)];
  return (
    <section aria-label={title} className="space-y-3">
      <h3 className="font-medium">{title}</h3>
      <p>{t(`tasks.classification.moreLabels.${moreLabels}`)}</p>
      {first && last && first !== last && (
        <div className="max-w-2xl">
          <Chart
            title={title}
            label={t('tasks.classification.learningCurveLabel', {
              few: format.number(first.rows),
              fewRight: percent(first.accuracy),
              all: format.number(last.rows),
              allRight: percent(last.accuracy),
            })}
            chart={
              <ShareChart
                points={learningCurve.map(({ rows, accuracy }) => ({ x: rows, y: accuracy }))}
                xName={t('tasks.classification.trainingRows')}
                yName={t('tasks.classification.rightShare')}
              />
            }
            head={[t('tasks.classification.trainingRows'), t('tasks.classification.rightShare')]}
            rows={learningCurve.map(({ rows, accuracy }) => [format.number(rows), percent(accuracy)])}
          />
        </div>
      )}
    </section>
  );
}

function LabelErrors({ rows }: { rows: LabelError[] }) {
  const { t } = useTranslation();
  const percent = usePercent();
  const { shown, ...more } = useShown(rows);
  const title = t('tasks.classification.labelErrors');
  return (
    <section aria-label={title} className="space-y-3">
      <div>
        <h3 className="font-medium">{title}</h3>
        <p className="text-muted">
          {rows.length === 0 ? t('tasks.classification.noLabelErrors') : t('tasks.classification.labelErrorsHint')}
        </p>
      </div>
      <ol className="divide-y divide-line">
        {shown.map(({ text, labels, suggested, score }, place) => (
          // oxlint-disable-next-line react/no-array-index-key -- two rows may have one text; the list never changes
          <li key={place} className="py-2">
            <p dir="auto" className="wrap-anywhere">
              {text}
            </p>
            <p className="text-xs wrap-anywhere text-muted">
              {t('tasks.classification.labelledAs', {
                labels: labels.join(', '),
                suggested: suggested.join(', '),
                score: percent(score),
              })}
            </p>
          </li>
        ))}
      </ol>
      <ShowMore {...more} />
    </section>
  );
}

function LabelNext({ rows }: { rows: ClassificationReport['labelNext'] }) {
  const { t } = useTranslation();
  const title = t('tasks.classification.labelNext');
  const download = () =>
    downloadCsv('label-next.csv', toCsv([['text', 'label'], ...rows.map(({ text }) => [text, ''])]));
  return (
    <section aria-label={title} className="space-y-3">
      <div className="flex flex-wrap items-start justify-between gap-x-4 gap-y-2">
        <div className="min-w-0 flex-1 basis-72">
          <h3 className="font-medium">{title}</h3>
          <p className="text-muted">
            {rows.length === 0 ? t('tasks.classification.noLabelNext') : t('tasks.classification.labelNextHint')}
          </p>
        </div>
        {rows.length > 0 && (
          <Button onClick={download}>
            <Download aria-hidden />
            {t('tasks.classification.downloadCsv')}
          </Button>
        )}
      </div>
      <ol className="divide-y divide-line">
        {rows.map(({ text, reason }, place) => (
          // oxlint-disable-next-line react/no-array-index-key -- two rows may have one text; the list never changes
          <li key={place} className="flex items-start justify-between gap-4 py-2">
            <span dir="auto" className="line-clamp-3 min-w-0 wrap-anywhere">
              {text}
            </span>
            <Badge>{t(`tasks.classification.labelNextReason.${reason}`)}</Badge>
          </li>
        ))}
      </ol>
    </section>
  );
}
