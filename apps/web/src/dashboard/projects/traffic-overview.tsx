import { useTranslation } from 'react-i18next';
import type { ProjectTraffic } from '../../api/client';
import { useFormat } from '../../i18n/use-format';
import { findFallbacks } from '../../tasks/tasks';
import { Card } from '../../ui/card';
import { AreaChart } from '../../ui/chart/area-chart';
import { Chart } from '../../ui/chart/chart';
import { Sparkline } from '../../ui/chart/sparkline';
import { type Bucket, callsIn, listBuckets, shareOfErrors, shareOfModel } from '../deployments/traffic.queries';

const DAYS = 7;
const FALLBACK_COLORS = ['var(--warning)', 'var(--bar-quiet)', 'var(--danger)'];

interface TrafficOverviewProps {
  /** Of the last seven days; undefined until it is counted. */
  traffic: ProjectTraffic | undefined;
  /** Of the project's deployments. */
  tasks: string[];
}

/** How the project's deployments fare: how often they are called, how fast and by what they answer. */
export function TrafficOverview({ traffic, tasks }: TrafficOverviewProps) {
  // Of a task where nothing else answers, there is nothing to tell of the model.
  const fallbacks = Object.assign({}, ...tasks.map(findFallbacks)) as NonNullable<ReturnType<typeof findFallbacks>>;
  const hasFallbacks = Object.keys(fallbacks).length > 0;
  return (
    <>
      <Tiles traffic={traffic} hasFallbacks={hasFallbacks} />
      <Sources traffic={traffic} fallbacks={fallbacks} />
    </>
  );
}

function Tiles({ traffic, hasFallbacks }: { traffic: ProjectTraffic | undefined; hasFallbacks: boolean }) {
  const { t } = useTranslation();
  const format = useFormat();
  const buckets = traffic ? listBuckets(traffic) : [];
  const total = traffic?.total;
  const [byModel, errors] = [total && shareOfModel(total), total && shareOfErrors(total)];
  const seriesOf = (measure: (bucket: Bucket) => number | undefined) => buckets.flatMap((each) => measure(each) ?? []);
  return (
    <dl className={`grid grid-cols-1 gap-4 sm:grid-cols-2 ${hasFallbacks ? 'xl:grid-cols-4' : 'xl:grid-cols-3'}`}>
      <Tile
        name={t('traffic.requests')}
        value={total && format.number(callsIn(total), { notation: 'compact' })}
        series={seriesOf(callsIn)}
      />
      <Tile
        name={t('traffic.p95')}
        value={total?.latencyMs && format.milliseconds(total.latencyMs.p95)}
        series={seriesOf(({ latencyMs }) => latencyMs?.p95)}
      />
      {hasFallbacks && (
        <Tile
          name={t('traffic.byModel')}
          value={byModel !== undefined && format.share(byModel)}
          series={seriesOf(shareOfModel)}
        />
      )}
      <Tile
        name={t('traffic.errors')}
        value={errors !== undefined && format.share(errors)}
        series={seriesOf(({ byStatus }) => byStatus['5xx'])}
      />
    </dl>
  );
}

interface TileProps {
  name: string;
  /** None before it is known, and where there is none. */
  value: string | false | null | undefined;
  series: number[];
}

function Tile({ name, value, series }: TileProps) {
  const { t } = useTranslation();
  return (
    <div className="rounded-lg border border-line bg-surface px-4 py-3.5">
      <dt className="text-muted">{name}</dt>
      <dd className="mt-1 flex items-end justify-between gap-3">
        <span>
          <span className="block text-3xl font-semibold tracking-tight tabular-nums">{value || '—'}</span>
          <span className="text-xs text-muted">{t('projects.lastDays', { count: DAYS })}</span>
        </span>
        {value && series.length > 1 && <Sparkline values={series} />}
      </dd>
    </div>
  );
}

interface SourcesProps {
  traffic: ProjectTraffic | undefined;
  fallbacks: NonNullable<ReturnType<typeof findFallbacks>>;
}

/** What answered over time: the model, or something else and why. */
function Sources({ traffic, fallbacks }: SourcesProps) {
  const { t } = useTranslation();
  return (
    <Card title={t('traffic.sources')} hint={t('projects.lastDays', { count: DAYS })}>
      {!traffic && <div className="h-70 animate-pulse rounded bg-sunken" />}
      {traffic && traffic.total.byStatus['2xx'] === 0 && (
        <p className="grid h-70 place-items-center text-center text-muted">{t('traffic.noAnswers')}</p>
      )}
      {traffic && traffic.total.byStatus['2xx'] > 0 && <SourcesChart traffic={traffic} fallbacks={fallbacks} />}
    </Card>
  );
}

function SourcesChart({ traffic, fallbacks }: { traffic: ProjectTraffic; fallbacks: SourcesProps['fallbacks'] }) {
  const { t } = useTranslation();
  const format = useFormat();
  const reasons = Object.keys(traffic.total.fallbacks);
  const countsOf = ({ byStatus, fallbacks: counts }: Pick<Bucket, 'byStatus' | 'fallbacks'>) => ({
    ...Object.fromEntries(reasons.map((reason) => [reason, counts[reason] ?? 0])),
    model: byStatus['2xx'] - Object.values(counts).reduce((sum, count) => sum + count, 0),
  });
  const series = [
    { key: 'model', name: t('traffic.model'), color: 'var(--accent)' },
    ...reasons.map((reason, place) => ({
      key: reason,
      name: fallbacks[reason] ? t(fallbacks[reason]) : reason,
      color: FALLBACK_COLORS[place % FALLBACK_COLORS.length]!,
    })),
  ];
  const points = listBuckets(traffic).map((bucket) => ({ start: bucket.start, ...countsOf(bucket) }));
  const countOf = (counts: Record<string, number | string>, key: string) => format.number(counts[key] ?? 0);
  const total = countsOf(traffic.total);
  const said = series.map(({ key, name }) => t('metrics.point', { name, value: countOf(total, key) }));
  return (
    <Chart
      title={t('traffic.sources')}
      label={t('traffic.sourcesLabel', { counts: format.list(said) })}
      legend={series.map((each) => ({ ...each, name: `${each.name} ${countOf(total, each.key)}` }))}
      head={[t('traffic.time'), ...series.map(({ name }) => name)]}
      rows={points
        .filter((point) => series.some(({ key }) => (point as Record<string, number | string>)[key] !== 0))
        .toReversed()
        .map((point) => [format.dateTime(point.start), ...series.map(({ key }) => countOf(point, key))])}
      chart={
        <AreaChart points={points} series={series} formatTick={format.dayAndMonth} formatStart={format.dateTime} />
      }
    />
  );
}
