import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../../i18n/use-format';
import { Card } from '../../ui/card';
import { BarChart } from '../../ui/chart/bar-chart';
import { Chart } from '../../ui/chart/chart';
import { histogramQuery, type RequestLogFilter } from './request-log.queries';

const DAY_SECONDS = 86_400;

interface HistogramCardProps {
  filter: RequestLogFilter;
  isLive: boolean;
  onRange: (from: string, to: string) => void;
}

/** How many calls ended how, over time; a bar narrows the time to its own. */
export function HistogramCard({ filter, isLive, onRange }: HistogramCardProps) {
  const { t } = useTranslation();
  const format = useFormat();
  // What went wrong is told by the list.
  const { data: histogram = { bucketSeconds: 1, data: [] } } = useQuery(histogramQuery(filter, isLive));
  const { data, bucketSeconds } = histogram;
  const endOf = (from: string) => new Date(Date.parse(from) + bucketSeconds * 1_000).toISOString();
  const select = (from: string) => onRange(from, endOf(from));
  const series = [
    { key: '2xx', name: t('requestLog.statuses.2xx'), color: 'var(--bar-quiet)' },
    { key: '4xx', name: t('requestLog.statuses.4xx'), color: 'var(--warning)' },
    { key: '5xx', name: t('requestLog.statuses.5xx'), color: 'var(--danger)' },
  ] as const;
  const withCalls = data.filter((bucket) => series.some(({ key }) => bucket[key] > 0));
  const spansDays = data.length * bucketSeconds > DAY_SECONDS;
  const range = (from: string) =>
    t('requestLog.bucket', { from: format.timestamp(from), to: format.time(endOf(from)) });
  return (
    <Card>
      <Chart
        title={t('requestLog.histogram')}
        label={t('requestLog.histogram')}
        legend={[...series]}
        isLow
        head={[t('requestLog.time'), ...series.map(({ name }) => name)]}
        rows={withCalls.toReversed().map((bucket) => [
          <button
            key="range"
            type="button"
            onClick={() => select(bucket.from)}
            className="min-h-6 font-medium whitespace-nowrap text-accent hover:underline"
          >
            {range(bucket.from)}
          </button>,
          ...series.map(({ key }) => format.number(bucket[key])),
        ])}
        chart={
          <BarChart
            points={data.map(({ from, ...counts }) => ({ start: from, ...counts }))}
            series={[...series]}
            formatTick={spansDays ? format.dayAndMonth : format.time}
            formatStart={range}
            onSelect={select}
          />
        }
      />
    </Card>
  );
}
