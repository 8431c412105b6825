import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { type TrainingJob, trainingJobsEndSearch, unwrap } from '../../api/client';
import { useFormat } from '../../i18n/use-format';
import { useTerms } from '../../i18n/use-terms';
import { Button } from '../../ui/button';
import { Chart } from '../../ui/chart/chart';
import { LineChart } from '../../ui/chart/line-chart';
import { ProblemNotice } from '../../ui/problem-notice';
import { Cell, HeaderCell, Table } from '../../ui/table';
import { useMe } from '../auth/auth.queries';
import { useMetric } from '../models/families.queries';
import { bestOverTime, byRecipe } from './best-so-far';
import { trainingJobsQuery } from './training-jobs.queries';
import type { Trial } from './training-progress';

const DIGITS = 4;

/** A search while it runs: the best so far over the trials, each recipe's, and the way to end it. */
export function SearchView({ job, trials }: { job: TrainingJob; trials: Trial[] }) {
  const { t } = useTranslation();
  const terms = useTerms();
  const format = useFormat();
  const { can } = useMe();
  const { metric } = trials[0]!;
  const isLowerBetter = useMetric(metric)?.better === 'lower';
  const name = t('search.best', { metric: terms.name('metrics', metric) });
  const points = bestOverTime(trials, isLowerBetter);
  const value = (best: number) => format.fixed(best, DIGITS);
  const last = points.at(-1);
  return (
    <div className="space-y-3">
      <div className="flex flex-wrap items-center justify-between gap-x-4 gap-y-2">
        <p className="font-medium">{t('search.tried', { count: trials.length })}</p>
        {job.status === 'running' && job.phase === 'tuning' && last && can('project:write') && <EndButton job={job} />}
      </div>
      <div className="grid gap-x-6 gap-y-4 lg:grid-cols-2">
        <div className="min-w-0">
          <p className="mb-1 text-xs font-medium">{name}</p>
          <Chart
            title={name}
            label={last ? t('search.chart', { name, value: value(last.value), count: last.number }) : name}
            isLow
            head={[t('search.trial'), name]}
            rows={points.map((point) => [format.number(point.number), value(point.value)])}
            chart={
              <LineChart
                points={points.map((point) => ({ x: point.number, best: point.value }))}
                series={[{ key: 'best', name, color: 'var(--accent)' }]}
                formatX={(number) => format.number(number)}
                formatY={(best) => format.number(best, { maximumSignificantDigits: 3 })}
              />
            }
          />
        </div>
        <Table label={t('leaderboard.title')}>
          <thead>
            <tr>
              <HeaderCell>{t('models.recipe')}</HeaderCell>
              <HeaderCell isNumber>{terms.name('metrics', metric)}</HeaderCell>
              <HeaderCell isNumber>{t('search.trials')}</HeaderCell>
              <HeaderCell isNumber>{t('leaderboard.seconds')}</HeaderCell>
            </tr>
          </thead>
          <tbody>
            {byRecipe(trials, isLowerBetter).map(({ recipe, best, tried, seconds }, place) => (
              <tr key={recipe} className={place === 0 ? 'font-medium' : undefined}>
                <Cell>{terms.name('recipes', recipe)}</Cell>
                <Cell isNumber>{best === undefined ? '—' : value(best)}</Cell>
                <Cell isNumber>{format.number(tried)}</Cell>
                <Cell isNumber>{format.fixed(seconds, 1)}</Cell>
              </tr>
            ))}
          </tbody>
        </Table>
      </div>
    </div>
  );
}

/** Ends the search; the worker takes a moment to hear of it. */
function EndButton({ job }: { job: TrainingJob }) {
  const { t } = useTranslation();
  const queryClient = useQueryClient();
  const end = useMutation({
    mutationFn: () => unwrap(trainingJobsEndSearch({ path: { projectId: job.projectId, jobId: job.id } })),
    onSettled: () =>
      queryClient.invalidateQueries({ queryKey: trainingJobsQuery(job.projectId, job.modelId).queryKey }),
  });
  return (
    <div className="max-w-md space-y-2">
      <Button isBusy={end.isPending || job.enoughAt !== null} onClick={() => end.mutate()}>
        {t(job.enoughAt ? 'search.ending' : 'search.end')}
      </Button>
      {end.isError && <ProblemNotice error={end.error} />}
    </div>
  );
}
