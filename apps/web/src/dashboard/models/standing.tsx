import { useTranslation } from 'react-i18next';
import type { Result } from '../../api/client';
import { useFormat } from '../../i18n/use-format';
import { useTerms } from '../../i18n/use-terms';
import { DotPlot, type DotSeries } from '../../ui/chart/dot-plot';
import type { Family } from './families.queries';

const METRICS_MAX = 6;
const DIGITS = 4;
const MARKS = ['other', 'third'] as const;

interface StandingProps {
  result: Result;
  previous: Result | undefined;
  baselines: string[];
  metrics: Family['metrics'];
  verdictBy: string;
}

/** The version, simple recipes and the version before on one scale, by the metrics that are shares: more is better, and all is 1. */
export function Standing({ result, previous, baselines, metrics, verdictBy }: StandingProps) {
  const { t } = useTranslation();
  const terms = useTerms();
  const format = useFormat();
  const series: (DotSeries & { values: Result['values'] })[] = [
    ...baselines.slice(0, MARKS.length).map((recipe, place) => ({
      key: recipe,
      name: terms.name('recipes', recipe),
      mark: MARKS[place]!,
      values: result.baselines[recipe] ?? {},
    })),
    ...(previous
      ? [{ key: 'previous', name: t('metrics.previous'), mark: 'fourth' as const, values: previous.values }]
      : []),
    // Above the others where they meet.
    { key: 'model', name: t('metrics.model'), mark: 'main', values: result.values },
  ];
  const isShare = (metric: string) =>
    metrics[metric]?.better === 'higher' && series.every(({ values }) => (values[metric] ?? 0) <= 1);
  const known = Object.keys(metrics).filter((metric) => metric in result.values && isShare(metric));
  const shown = [verdictBy, ...known.filter((metric) => metric !== verdictBy)]
    .filter((metric) => known.includes(metric))
    .slice(0, METRICS_MAX);
  if (shown.length === 0) return null;
  const value = (share: number) => format.fixed(share, DIGITS);
  const valuesOf = (metric: string) => Object.fromEntries(series.map(({ key, values }) => [key, values[metric]]));
  const described = shown
    .slice(0, 1)
    .flatMap((metric) =>
      series.flatMap(({ name, values }) =>
        values[metric] === undefined ? [] : t('metrics.point', { name, value: value(values[metric]) }),
      ),
    );
  return (
    <DotPlot
      title={t('metrics.metric')}
      label={`${terms.name('metrics', shown[0]!)}: ${format.list(described)}`}
      series={series}
      rows={shown.map((metric) => ({ key: metric, name: terms.name('metrics', metric), values: valuesOf(metric) }))}
      format={value}
    />
  );
}
