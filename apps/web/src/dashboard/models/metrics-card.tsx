import { useTranslation } from 'react-i18next';
import type { Result } from '../../api/client';
import { useFormat } from '../../i18n/use-format';
import { useTerms } from '../../i18n/use-terms';
import { Badge } from '../../ui/badge';
import { Card } from '../../ui/card';
import { Cell, HeaderCell, Table } from '../../ui/table';
import { type Family, useFamily } from './families.queries';

const DIGITS = 4;

/** The model next to the simplest recipe of its task: how much better it is, metric by metric. */
export function MetricsCard({ result, family }: { result: Result; family: string }) {
  const terms = useTerms();
  const { t } = useTranslation();
  const { task = '', metrics: known = {}, baselines = [] } = useFamily(family) ?? {};
  const keys = [...new Set([...Object.keys(known), ...Object.keys(result.values)])].filter(
    (key) => key in result.values,
  );
  // In the task's order: a stored result has lost the order of its keys.
  const baseline = baselines.find((key) => key in result.baselines) ?? Object.keys(result.baselines)[0] ?? '';
  const floor = result.baselines[baseline] ?? {};
  const hint = t('metrics.hint', {
    count: result.evaluated.count,
    of: terms.name('statistics', result.evaluated.of),
    baseline: terms.name('recipes', baseline),
  });
  return (
    <Card title={t('metrics.title')} hint={hint} isFlush>
      <Table label={t('metrics.title')}>
        <thead>
          <tr>
            <HeaderCell className="w-2/5">{t('metrics.metric')}</HeaderCell>
            <HeaderCell>{t('metrics.model')}</HeaderCell>
            <HeaderCell>{terms.name('recipes', baseline)}</HeaderCell>
            <HeaderCell isNumber>{t('metrics.lift')}</HeaderCell>
          </tr>
        </thead>
        <tbody>
          {keys.map((key) => (
            <MetricRow
              key={key}
              metric={key}
              task={task}
              definition={known[key]}
              model={result.values[key] ?? 0}
              baseline={floor[key] ?? 0}
              interval={result.intervals[key]}
            />
          ))}
        </tbody>
      </Table>
    </Card>
  );
}

interface MetricRowProps {
  metric: string;
  task: string;
  definition: Family['metrics'][string] | undefined;
  model: number;
  baseline: number;
  interval: [number, number] | undefined;
}

function MetricRow({ metric, task, definition, model, baseline, interval }: MetricRowProps) {
  const terms = useTerms();
  const format = useFormat();
  const larger = Math.max(model, baseline);
  const lift = baseline > 0 ? model / baseline - 1 : null;
  const isBetter = lift !== null && (definition?.better === 'lower' ? lift < 0 : lift > 0);
  return (
    <tr>
      <Cell className="min-w-44">
        <p className="font-medium">{terms.name('metrics', metric)}</p>
        {definition && (
          <p className="text-xs text-muted">{terms.text(`metrics.${task}.${metric}`, definition.meaning)}</p>
        )}
      </Cell>
      <Cell className="w-1/4 min-w-24">
        <Bar value={model} largest={larger} className="bg-accent" />
        {interval && (
          <p className="text-xs text-muted">
            {format.fixed(interval[0], DIGITS)} – {format.fixed(interval[1], DIGITS)}
          </p>
        )}
      </Cell>
      <Cell className="w-1/4 min-w-24">
        <Bar value={baseline} largest={larger} className="bg-bar-quiet" />
      </Cell>
      <Cell isNumber>
        {lift === null ? '—' : <Badge tone={isBetter ? 'success' : 'neutral'}>{format.change(lift)}</Badge>}
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
