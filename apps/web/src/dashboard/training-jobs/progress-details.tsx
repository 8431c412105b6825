import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { TrainingJob } from '../../api/client';
import { useFormat } from '../../i18n/use-format';
import { useTerms } from '../../i18n/use-terms';
import { FactList } from '../../ui/fact-list';
import { Notice } from '../../ui/notice';
import { isActive } from '../../ui/status-badge';
import { Curves } from './curves';
import { SearchView } from './search-view';
import { TimeLeft } from './time-left';
import type { TrainingProgress } from './training-progress';
import { useTrainingProgress } from './use-training-progress';

/** Progress, curves and log of a training job: folded at first, unless `isLive`. */
export function ProgressDetails({ job, isLive }: { job: TrainingJob; isLive: boolean }) {
  const { t } = useTranslation();
  const [chosen, setChosen] = useState<boolean | null>(null);
  const isOpen = chosen ?? isLive;
  return (
    <details open={isOpen} onToggle={({ currentTarget }) => setChosen(currentTarget.open)}>
      <summary className="w-fit py-1 text-muted hover:text-ink">{t('progress.title')}</summary>
      {isOpen && <ProgressView job={job} />}
    </details>
  );
}

function ProgressView({ job }: { job: TrainingJob }) {
  const { t } = useTranslation();
  const { reported, isBroken } = useTrainingProgress(job);
  if (isBroken) return <Notice tone="warning">{t('progress.broken')}</Notice>;
  if (!reported) return <p className="text-muted">{t('ui.loading')}</p>;
  if (!reported.latest && reported.lines.length === 0) {
    return <p className="text-muted">{isActive(job) ? t('progress.nothingYet') : t('progress.nothing')}</p>;
  }
  return (
    <div className="space-y-4 py-2">
      <ProgressFacts job={job} reported={reported} />
      {reported.trials.length > 0 && <SearchView job={job} trials={reported.trials} />}
      <Curves points={reported.points} />
      {reported.lines.length > 0 && <Log lines={reported.lines} />}
    </div>
  );
}

/** Next to what the row of the job shows: phase, epoch and device. */
function ProgressFacts({
  job,
  reported: { latest, latestAt, examplesPerSecond, points },
}: {
  job: TrainingJob;
  reported: TrainingProgress;
}) {
  const { t } = useTranslation();
  const format = useFormat();
  const terms = useTerms();
  if (!latest) return null;
  const short = (value: number) => format.number(value, { maximumSignificantDigits: 4 });
  const isRunning = job.status === 'running';
  const fitted = points.findLast(({ loss }) => loss !== null);
  const validated = points.findLast(({ validation }) => validation)?.validation;
  const memoryBytes = isRunning ? latest.memoryBytes : (job.memoryBytesPeak ?? latest.memoryBytes);
  return (
    <FactList
      facts={[
        {
          name: t('progress.timeLeft'),
          value: isRunning && latestAt && <TimeLeft progress={latest} at={latestAt} />,
        },
        {
          name: t('progress.rate'),
          value: examplesPerSecond !== null && format.number(examplesPerSecond, { maximumSignificantDigits: 3 }),
        },
        { name: t('progress.loss'), value: fitted && short(fitted.loss!) },
        { name: terms.name('metrics', validated?.metric ?? ''), value: validated && short(validated.value) },
        { name: isRunning ? t('progress.memory') : t('progress.memoryPeak'), value: format.bytes(memoryBytes) },
      ]}
    />
  );
}

function Log({ lines }: { lines: TrainingProgress['lines'] }) {
  const { t } = useTranslation();
  const format = useFormat();
  const terms = useTerms();
  return (
    <details>
      <summary className="w-fit py-1 text-muted hover:text-ink">{t('progress.log', { count: lines.length })}</summary>
      <ol className="mt-1 space-y-1 rounded-md bg-sunken px-3.5 py-2.5 text-xs">
        {lines.map(({ sequence, occurredAt, message }) => (
          <li key={sequence} className="flex gap-3">
            <time dateTime={occurredAt} className="shrink-0 text-muted tabular-nums">
              {format.time(occurredAt)}
            </time>
            <span className="min-w-0 break-words">{terms.sentences(message)}</span>
          </li>
        ))}
      </ol>
    </details>
  );
}
