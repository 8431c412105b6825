import { useTranslation } from 'react-i18next';
import { useFormat } from '../../i18n/use-format';
import { useTerms } from '../../i18n/use-terms';
import { Figure, Legend } from '../../ui/chart/chart';
import { LineChart } from '../../ui/chart/line-chart';
import { classNames } from '../../ui/class-names';
import { LINE_STYLES } from './line-styles';
import { type CurvePoint, curveOf, FIT_PHASES, type JobProgress } from './training-progress';

/** Loss and the validation metric over the epochs, each where the recipe measures it. */
export function Curves({ points }: { points: JobProgress[] }) {
  const { t } = useTranslation();
  const terms = useTerms();
  const metric = points.find(({ validation }) => validation)?.validation?.metric;
  const curves = [
    { name: t('progress.loss'), curve: curveOf(points, ({ loss }) => loss) },
    { name: terms.name('metrics', metric ?? ''), curve: curveOf(points, ({ validation }) => validation?.value) },
  ].filter(({ curve }) => curve.length > 0);
  if (curves.length === 0) return null;
  return (
    <div className={classNames('grid gap-x-6 gap-y-4', curves.length > 1 && 'md:grid-cols-2')}>
      {curves.map(({ name, curve }) => (
        <Curve key={name} name={name} curve={curve} />
      ))}
    </div>
  );
}

function Curve({ name, curve }: { name: string; curve: CurvePoint[] }) {
  const { t } = useTranslation();
  const format = useFormat();
  const terms = useTerms();
  const phases = FIT_PHASES.filter((phase) => curve.some((point) => point[phase] !== undefined));
  const series = phases.map((phase) => ({ key: phase, name: terms.name('phases', phase), ...LINE_STYLES[phase] }));
  const short = (value: number) => format.number(value, { maximumSignificantDigits: 3 });
  const describe = (phase: (typeof FIT_PHASES)[number]) => {
    const points = curve.filter((point) => point[phase] !== undefined);
    const [first, last] = [points[0]!, points.at(-1)!];
    const values = { from: short(first[phase]!), to: short(last[phase]!), start: first.epoch, end: last.epoch };
    return t('progress.chart', { name, phase: terms.name('phases', phase), ...values });
  };
  return (
    <div className="min-w-0">
      <div className="mb-1 flex flex-wrap items-center gap-x-4 text-xs text-muted">
        <span className="font-medium text-ink">{t('progress.byEpoch', { name })}</span>
        <Legend series={series} />
      </div>
      <Figure label={phases.map(describe).join(' ')} className="h-40">
        <LineChart
          points={curve.map(({ epoch, ...values }) => ({ x: epoch, ...values }))}
          series={series}
          formatX={(epoch) => format.number(epoch)}
          formatY={short}
        />
      </Figure>
    </div>
  );
}
