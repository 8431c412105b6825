import { useTranslation } from 'react-i18next';
import type { ModelVersion, Result, Verdict } from '../../api/client';
import { useFormat } from '../../i18n/use-format';
import { useTerms } from '../../i18n/use-terms';
import type { TaskScreens } from '../../tasks/task';
import { findFigures } from '../../tasks/tasks';
import { Badge } from '../../ui/badge';
import { Card } from '../../ui/card';
import { classNames } from '../../ui/class-names';
import { Cell, HeaderCell, Table } from '../../ui/table';
import { type Family, useFamily } from './families.queries';
import { Standing } from './standing';
import { VERDICT_TONES } from './verdict-badge';

const DIGITS = 4;

interface MetricsCardProps {
  version: ModelVersion;
  /** The one before it, where there is one. */
  previous: ModelVersion | undefined;
}

/** What a version is worth: the verdict, a few figures in words, the version next to simple recipes and its predecessor, and all metrics behind. */
export function MetricsCard({ version: { result, verdict, family }, previous }: MetricsCardProps) {
  const terms = useTerms();
  const { t } = useTranslation();
  const format = useFormat();
  const { task = '', metrics: known = {}, baselines = [], verdictBy = '' } = useFamily(family) ?? {};
  const keys = [...new Set([...Object.keys(known), ...Object.keys(result.values)])].filter(
    (key) => key in result.values,
  );
  // In the task's order: a stored result has lost the order of its keys.
  const shown = [...new Set([...baselines, ...Object.keys(result.baselines)])].filter((key) => key in result.baselines);
  // One for all rows: a constant answer may have the best calibration or coverage, and yet nothing worth beating.
  const rival = verdict?.baseline;
  const hint = t('metrics.hint', {
    count: result.evaluated.count,
    of: terms.name('statistics', result.evaluated.of),
    baseline: format.list(shown.map((key) => terms.name('recipes', key))),
  });
  const rows = keys.map((key) => ({
    metric: key,
    definition: known[key],
    model: result.values[key] ?? 0,
    baselines: shown.map((recipe) => ({ recipe, value: result.baselines[recipe]?.[key] ?? 0 })),
    lift: liftOf(result.values[key] ?? 0, rival ? result.baselines[rival]?.[key] : undefined, known[key]?.better),
    interval: result.intervals[key],
  }));
  const losing = rows.filter(({ lift }) => lift?.isWorse).length;
  const label = t('metrics.all', { count: keys.length });
  const Figures = findFigures(task);
  return (
    <Card title={t('metrics.title')} hint={hint} isFlush>
      {verdict && <VerdictLine verdict={verdict} />}
      <div className="space-y-6 px-4 py-4 sm:px-5">
        {Figures && <TaskFigures Figures={Figures} result={result} />}
        <Standing result={result} previous={previous?.result} baselines={shown} metrics={known} verdictBy={verdictBy} />
      </div>
      <details className="border-t border-line">
        <summary className="px-4 py-2.5 text-muted hover:text-ink sm:px-5">
          {label}
          {losing > 0 && rival && (
            <span className="text-danger">
              {' '}
              {t('metrics.losing', { count: losing, baseline: terms.name('recipes', rival) })}
            </span>
          )}
        </summary>
        <Table label={label}>
          <thead>
            <tr>
              <HeaderCell className="w-2/5">{t('metrics.metric')}</HeaderCell>
              <HeaderCell>{t('metrics.model')}</HeaderCell>
              {shown.map((key) => (
                <HeaderCell key={key}>{terms.name('recipes', key)}</HeaderCell>
              ))}
              <HeaderCell isNumber>
                {rival ? t('metrics.lift', { baseline: terms.name('recipes', rival) }) : null}
              </HeaderCell>
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <MetricRow key={row.metric} task={task} {...row} />
            ))}
          </tbody>
        </Table>
      </details>
    </Card>
  );
}

function TaskFigures({ Figures, result }: { Figures: NonNullable<TaskScreens['Figures']>; result: Result }) {
  return <Figures result={result} />;
}

/** Whether it is worth to be deployed, in a sentence. */
function VerdictLine({ verdict }: { verdict: Verdict }) {
  const { t } = useTranslation();
  const terms = useTerms();
  const format = useFormat();
  const { judgement, metric, value, baseline, baselineValue, change } = verdict;
  const difference = Math.abs(value - baselineValue);
  const values = {
    share: change === null ? format.fixed(difference, DIGITS) : format.percent(Math.abs(change)),
    baseline: terms.name('recipes', baseline),
    metric: terms.name('metrics', metric),
  };
  return (
    <p className="border-b border-line px-4 py-3 sm:px-5">
      <Badge tone={VERDICT_TONES[judgement]}>{t(`metrics.${judgement}`)}</Badge>{' '}
      <span className="font-medium">{t(`metrics.${judgement}Text`, values)}</span>
    </p>
  );
}

interface Lift {
  /** A change relative to the baseline. */
  share: number;
  isBetter: boolean;
  isWorse: boolean;
}

function liftOf(model: number, floor: number | undefined, better: 'higher' | 'lower' = 'higher'): Lift | null {
  if (!floor || floor < 0) return null;
  const share = model / floor - 1;
  const gain = better === 'lower' ? -share : share;
  return { share, isBetter: gain > 0, isWorse: gain < 0 };
}

interface MetricRowProps {
  metric: string;
  task: string;
  definition: Family['metrics'][string] | undefined;
  model: number;
  /** In the order of the columns. */
  baselines: { recipe: string; value: number }[];
  /** Over the best baseline. */
  lift: Lift | null;
  interval: [number, number] | undefined;
}

function MetricRow({ metric, task, definition, model, baselines, interval, lift }: MetricRowProps) {
  const terms = useTerms();
  const format = useFormat();
  // One scale for all shares, so that bars of different metrics can be compared.
  const largest = Math.max(1, model, ...baselines.map(({ value }) => value));
  return (
    <tr>
      <Cell className="min-w-44">
        <p className={classNames('font-medium', lift?.isWorse && 'text-danger')}>{terms.name('metrics', metric)}</p>
        {definition && (
          <p className="text-xs text-muted">{terms.text(`metrics.${task}.${metric}`, definition.meaning)}</p>
        )}
      </Cell>
      <Cell className="w-1/5 min-w-24">
        <Bar value={model} largest={largest} className={lift?.isWorse ? 'bg-danger' : 'bg-accent'} />
        {interval && (
          <p className="text-xs text-muted">
            {format.fixed(interval[0], DIGITS)} – {format.fixed(interval[1], DIGITS)}
          </p>
        )}
      </Cell>
      {baselines.map(({ recipe, value }) => (
        <Cell key={recipe} className="w-1/5 min-w-24">
          <Bar value={value} largest={largest} className="bg-bar-quiet" />
        </Cell>
      ))}
      <Cell isNumber>
        {lift === null ? (
          '—'
        ) : (
          <Badge tone={lift.isBetter ? 'success' : lift.isWorse ? 'danger' : 'neutral'}>
            {format.change(lift.share)}
          </Badge>
        )}
      </Cell>
    </tr>
  );
}

function Bar({ value, largest, className }: { value: number; largest: number; className: string }) {
  const format = useFormat();
  const percent = largest > 0 ? (value / largest) * 100 : 0;
  return (
    <>
      <span className="font-medium">{format.fixed(value, DIGITS)}</span>
      <div aria-hidden className="mt-1 h-1.5 rounded-full bg-sunken">
        <div className={`h-full rounded-full ${className}`} style={{ width: `${percent}%` }} />
      </div>
    </>
  );
}
