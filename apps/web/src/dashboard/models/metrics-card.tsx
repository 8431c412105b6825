import { useTranslation } from 'react-i18next';
import type { Result } from '../../api/client';
import { useFormat } from '../../i18n/use-format';
import { useTerms } from '../../i18n/use-terms';
import { Badge } from '../../ui/badge';
import { Card } from '../../ui/card';
import { Cell, HeaderCell, Table } from '../../ui/table';
import { type Family, useFamily } from './families.queries';

const DIGITS = 4;

/** The model next to the simple recipes of its task: how much better it is, metric by metric, than the one that the deciding metric calls best. */
export function MetricsCard({ result, family }: { result: Result; family: string }) {
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
  const rival = bestOf(result.baselines, shown, verdictBy, known[verdictBy]?.better);
  const hint = t('metrics.hint', {
    count: result.evaluated.count,
    of: terms.name('statistics', result.evaluated.of),
    baseline: format.list(shown.map((key) => terms.name('recipes', key))),
  });
  const verdictKeys = keys.filter((key) => key === verdictBy);
  const others = keys.filter((key) => key !== verdictBy);
  const table = (label: string, metrics: string[]) => (
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
        {metrics.map((key) => (
          <MetricRow
            key={key}
            metric={key}
            task={task}
            definition={known[key]}
            model={result.values[key] ?? 0}
            rival={rival}
            baselines={shown.map((recipe) => ({ recipe, value: result.baselines[recipe]?.[key] ?? 0 }))}
            interval={result.intervals[key]}
          />
        ))}
      </tbody>
    </Table>
  );
  return (
    <Card title={t('metrics.title')} hint={hint} isFlush>
      {rival && verdictKeys.length > 0 && (
        <Verdict
          metric={verdictBy}
          model={result.values[verdictBy]!}
          rival={rival}
          floor={result.baselines[rival]?.[verdictBy] ?? 0}
          isLowerBetter={known[verdictBy]?.better === 'lower'}
        />
      )}
      {table(t('metrics.title'), verdictKeys)}
      {others.length > 0 && (
        <details className="border-t border-line">
          <summary className="px-4 py-2.5 text-muted hover:text-ink sm:px-5">
            {t('metrics.others', { count: others.length })}
          </summary>
          {table(t('metrics.others', { count: others.length }), others)}
        </details>
      )}
    </Card>
  );
}

interface VerdictProps {
  metric: string;
  model: number;
  rival: string;
  /** What the rival comes to by the metric. */
  floor: number;
  isLowerBetter: boolean;
}

/** Whether it is worth to be deployed, in a sentence. */
function Verdict({ metric, model, rival, floor, isLowerBetter }: VerdictProps) {
  const { t } = useTranslation();
  const terms = useTerms();
  const format = useFormat();
  const isBetter = isLowerBetter ? model < floor : model > floor;
  const values = {
    share: floor > 0 ? format.percent(Math.abs(model / floor - 1)) : format.fixed(Math.abs(model - floor), DIGITS),
    baseline: terms.name('recipes', rival),
    metric: terms.name('metrics', metric),
  };
  return (
    <p className="border-b border-line px-4 py-3 sm:px-5">
      <Badge tone={isBetter ? 'success' : 'danger'}>{t(isBetter ? 'metrics.better' : 'metrics.notBetter')}</Badge>{' '}
      <span className="font-medium">{t(isBetter ? 'metrics.betterText' : 'metrics.notBetterText', values)}</span>
    </p>
  );
}

interface MetricRowProps {
  metric: string;
  task: string;
  definition: Family['metrics'][string] | undefined;
  model: number;
  /** In the order of the columns. */
  baselines: { recipe: string; value: number }[];
  interval: [number, number] | undefined;
  /** The baseline that the lift is over. */
  rival: string | undefined;
}

/** The recipe whose baseline is best by a metric. */
function bestOf(
  baselines: Result['baselines'],
  recipes: string[],
  metric: string,
  better: 'higher' | 'lower' = 'higher',
): string | undefined {
  const valueOf = (recipe: string) => (baselines[recipe]?.[metric] ?? 0) * (better === 'lower' ? -1 : 1);
  return recipes.toSorted((a, b) => valueOf(b) - valueOf(a))[0];
}

function MetricRow({ metric, task, definition, model, baselines, interval, rival }: MetricRowProps) {
  const terms = useTerms();
  const format = useFormat();
  // One scale for all shares, so that bars of different metrics can be compared.
  const largest = Math.max(1, model, ...baselines.map(({ value }) => value));
  const floor = baselines.find(({ recipe }) => recipe === rival)?.value ?? 0;
  const lift = floor > 0 ? model / floor - 1 : null;
  const isBetter = lift !== null && (definition?.better === 'lower' ? lift < 0 : lift > 0);
  return (
    <tr>
      <Cell className="min-w-44">
        <p className="font-medium">{terms.name('metrics', metric)}</p>
        {definition && (
          <p className="text-xs text-muted">{terms.text(`metrics.${task}.${metric}`, definition.meaning)}</p>
        )}
      </Cell>
      <Cell className="w-1/5 min-w-24">
        <Bar value={model} largest={largest} className="bg-accent" />
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
          <Badge tone={isBetter ? 'success' : lift === 0 ? 'neutral' : 'danger'}>{format.change(lift)}</Badge>
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
