import { useQuery } from '@tanstack/react-query';
import { Activity } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Deployment, Traffic } from '../../api/client';
import { useFormat } from '../../i18n/use-format';
import { findFallbacks } from '../../tasks/tasks';
import { Card } from '../../ui/card';
import { BarChart } from '../../ui/chart/bar-chart';
import { Chart } from '../../ui/chart/chart';
import { LineChart } from '../../ui/chart/line-chart';
import { Choice } from '../../ui/choice';
import { EmptyState } from '../../ui/empty-state';
import { FactList } from '../../ui/fact-list';
import { QueryView } from '../../ui/query-view';
import { TextLink } from '../../ui/text-link';
import { callsIn, listBuckets, type Range, RANGES, shareOfModel, trafficQuery } from './traffic.queries';

const CLASSES = [
  { key: '2xx', color: 'var(--accent)' },
  { key: '3xx', color: 'var(--bar-quiet)' },
  { key: '4xx', color: 'var(--warning)' },
  { key: '5xx', color: 'var(--danger)' },
] as const;

const PERCENTILES = [
  { key: 'p50', name: 'p50', color: 'var(--accent)' },
  { key: 'p95', name: 'p95', color: 'var(--warning)', dashes: '6 3' },
  { key: 'p99', name: 'p99', color: 'var(--danger)', dashes: '2 3' },
] as const;

/** How often a deployment is called by programs, how that ends, and how long it takes. */
export function TrafficTab({ deployment: { projectId, id: deploymentId, task } }: { deployment: Deployment }) {
  const { t } = useTranslation();
  const [range, setRange] = useState<Range>('day');
  const traffic = useQuery(trafficQuery(projectId, deploymentId, range));
  return (
    <div className="space-y-5">
      <div className="flex flex-wrap items-center justify-between gap-3">
        <Choice
          label={t('traffic.range')}
          options={(Object.keys(RANGES) as Range[]).map((value) => ({ value, label: t(`traffic.ranges.${value}`) }))}
          value={range}
          onChange={setRange}
        />
        <TextLink to="/request-log" search={{ deploymentId }}>
          {t('traffic.log')}
        </TextLink>
      </div>
      <QueryView query={traffic}>
        {(found) =>
          callsIn(found.total) === 0 ? (
            <Card>
              <EmptyState icon={Activity} title={t('traffic.emptyTitle')}>
                {t('traffic.emptyText')}
              </EmptyState>
            </Card>
          ) : (
            <TrafficCards traffic={found} deploymentId={deploymentId} task={task} range={range} />
          )
        }
      </QueryView>
    </div>
  );
}

interface TrafficCardsProps {
  traffic: Traffic;
  deploymentId: string;
  task: string;
  range: Range;
}

function TrafficCards({ traffic, deploymentId, task, range }: TrafficCardsProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const { total } = traffic;
  const buckets = listBuckets(traffic);
  const isShort = range === 'hour' || range === 'day';
  const formatTick = (start: number | string) => (isShort ? format.clock : format.dayAndMonth)(String(start));
  const called = buckets.filter((bucket) => callsIn(bucket) > 0).toReversed();
  // Nothing redirects today.
  const classes = CLASSES.filter(({ key }) => key !== '3xx' || total.byStatus[key] > 0).map((each) => ({
    ...each,
    name: t(`traffic.classes.${each.key}`),
  }));
  return (
    <div className="grid gap-5 xl:grid-cols-2">
      <Card
        title={t('traffic.calls', { count: callsIn(total), shown: format.number(callsIn(total)) })}
        hint={t('traffic.callsHint')}
      >
        <ul className="mb-3 flex flex-wrap gap-x-5 gap-y-1">
          {classes.map(({ key, name, color }) => (
            <li key={key} className="inline-flex items-center gap-1.5">
              <span aria-hidden className="size-2.5 rounded-sm" style={{ background: color }} />
              <TextLink to="/request-log" search={{ deploymentId, status: key }}>
                {name}
              </TextLink>
              <span className="tabular-nums">{format.number(total.byStatus[key])}</span>
            </li>
          ))}
        </ul>
        <Chart
          title={t('traffic.byStatus')}
          label={t('traffic.callsLabel', {
            total: format.number(callsIn(total)),
            answered: format.number(total.byStatus['2xx']),
            errors: format.number(total.byStatus['5xx']),
          })}
          head={[t('traffic.time'), ...classes.map(({ name }) => name)]}
          rows={called.map((bucket) => [
            format.dateTime(bucket.start),
            ...classes.map(({ key }) => format.number(bucket.byStatus[key])),
          ])}
          chart={
            <BarChart
              points={buckets.map(({ start, byStatus }) => ({ start, ...byStatus }))}
              series={classes}
              formatTick={formatTick}
              formatStart={format.dateTime}
            />
          }
        />
      </Card>
      <Card title={t('traffic.latency')} hint={t('traffic.latencyHint')}>
        {total.latencyMs ? (
          <Chart
            title={t('traffic.latency')}
            label={t('traffic.latencyLabel', {
              p50: format.milliseconds(total.latencyMs.p50),
              p95: format.milliseconds(total.latencyMs.p95),
              p99: format.milliseconds(total.latencyMs.p99),
            })}
            legend={PERCENTILES.map((each) => ({
              ...each,
              name: `${each.name} ${format.milliseconds(total.latencyMs![each.key])}`,
            }))}
            head={[t('traffic.time'), ...PERCENTILES.map(({ name }) => name)]}
            rows={called.flatMap(({ start, latencyMs }) =>
              latencyMs
                ? [[format.dateTime(start), ...PERCENTILES.map(({ key }) => format.milliseconds(latencyMs[key]))]]
                : [],
            )}
            chart={
              <LineChart
                points={buckets.map(({ start, latencyMs }) => ({ x: start, ...latencyMs }))}
                series={[...PERCENTILES]}
                formatX={formatTick}
                formatY={format.milliseconds}
                fromZero
              />
            }
          />
        ) : (
          <p className="py-8 text-center text-muted">{t('traffic.noLatency')}</p>
        )}
      </Card>
      <FallbackCard task={task} total={total} />
    </div>
  );
}

/** How much the model answered itself, and why something else did. Nothing for a task where nothing else does. */
function FallbackCard({ task, total }: { task: string; total: Traffic['total'] }) {
  const { t } = useTranslation();
  const format = useFormat();
  const words = findFallbacks(task);
  const share = shareOfModel(total);
  if (!words || share === undefined) return null;
  return (
    <Card title={t('traffic.byModelTitle', { share: format.share(share) })} hint={t('traffic.byModelHint')}>
      <FactList
        facts={Object.entries(words).map(([reason, name]) => ({
          name: t(name),
          value: t('traffic.fallback', {
            shown: format.number(total.fallbacks[reason] ?? 0),
            share: format.share((total.fallbacks[reason] ?? 0) / total.byStatus['2xx']),
          }),
        }))}
      />
    </Card>
  );
}
