import { lazy, Suspense } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../../i18n/use-format';
import { useTerms } from '../../i18n/use-terms';
import { classNames } from '../../ui/class-names';
import { LINE_STYLES } from './line-styles';
import { type CurvePoint, curveOf, FIT_PHASES, type JobProgress } from './training-progress';

// The chart library is larger than the rest of the page.
const CurveChart = lazy(() => import('./curve-chart'));

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
  const describe = (phase: (typeof FIT_PHASES)[number]) => {
    const points = curve.filter((point) => point[phase] !== undefined);
    const [first, last] = [points[0]!, points.at(-1)!];
    const short = (value: number) => format.number(value, { maximumSignificantDigits: 3 });
    const values = { from: short(first[phase]!), to: short(last[phase]!), start: first.epoch, end: last.epoch };
    return t('progress.chart', { name, phase: terms.name('phases', phase), ...values });
  };
  return (
    <div className="min-w-0">
      <div className="mb-1 flex flex-wrap items-center gap-x-4 text-xs text-muted">
        <span className="font-medium text-ink">{t('progress.byEpoch', { name })}</span>
        {phases.map((phase) => (
          <span key={phase} className="inline-flex items-center gap-1.5">
            <svg aria-hidden width="18" height="4">
              <line x1="0" x2="18" y1="2" y2="2" strokeWidth="2" {...strokeOf(phase)} />
            </svg>
            {terms.name('phases', phase)}
          </span>
        ))}
      </div>
      <figure aria-label={phases.map(describe).join(' ')} className="h-40">
        <Suspense fallback={<div className="h-full animate-pulse rounded bg-sunken" />}>
          <CurveChart curve={curve} />
        </Suspense>
      </figure>
    </div>
  );
}

function strokeOf(phase: (typeof FIT_PHASES)[number]) {
  const { color, dashes } = LINE_STYLES[phase];
  return { stroke: color, strokeDasharray: dashes };
}
