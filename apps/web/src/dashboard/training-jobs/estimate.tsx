import { useQuery } from '@tanstack/react-query';
import type { TFunction } from 'i18next';
import { useTranslation } from 'react-i18next';
import type { TrainingEstimate } from '../../api/client';
import { useFormat } from '../../i18n/use-format';
import { isActive } from '../../ui/status-badge';
import { trainingEstimateQuery, trainingJobsQuery } from './training-jobs.queries';

/** Before a training: how long it may take, and what of the month's training seconds or money. */
export function Estimate({ projectId, modelId }: { projectId: string; modelId: string }) {
  const { t } = useTranslation();
  const format = useFormat();
  const { data: jobs = [] } = useQuery(trainingJobsQuery(projectId, modelId));
  const ended = jobs.filter((job) => !isActive(job)).length;
  const { data } = useQuery(trainingEstimateQuery(projectId, modelId, ended));
  // Its place is kept, so that nothing moves when it comes.
  if (!data || data.rows === null) return <p className="min-h-12" />;
  return (
    <p className="min-h-12 text-right text-xs text-muted max-sm:text-left">
      {timeOf(data, t, format)} <br /> {costOf(data, t, format)}
    </p>
  );
}

type Format = ReturnType<typeof useFormat>;

function timeOf({ seconds, basedOn, secondsMax }: TrainingEstimate, t: TFunction, format: Format): string {
  const most = format.duration(1_000 * secondsMax);
  if (!seconds || !basedOn) return t('estimate.unknown', { most });
  const range = { least: format.duration(1_000 * seconds.least), most: format.duration(1_000 * seconds.most) };
  return t(`estimate.time.${basedOn.of}`, { ...range, count: basedOn.trainings });
}

function costOf(estimate: TrainingEstimate, t: TFunction, format: Format): string {
  const { trainingSeconds, includedSeconds, usedSeconds, cost, currency } = estimate;
  const included = includedSeconds > 0 ? includedSeconds : null;
  if (cost && Number(cost.most) > 0) {
    return t('estimate.cost', { least: format.money(cost.least, currency), most: format.money(cost.most, currency) });
  }
  if (included === null) return '';
  const left = format.percent(Math.max(0, 1 - usedSeconds / included));
  if (!trainingSeconds) return t('estimate.left', { left });
  const share = (seconds: number) =>
    format.number(seconds / included, { style: 'percent', maximumSignificantDigits: 2 });
  return t('estimate.share', { least: share(trainingSeconds.least), most: share(trainingSeconds.most), left });
}
