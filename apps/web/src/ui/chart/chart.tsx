import { lazy, type ReactNode, Suspense } from 'react';
import { useTranslation } from 'react-i18next';
import { Cell, HeaderCell, Table } from '../table';
import type { Series } from './axes';

// The chart library is larger than the rest of a page.
export const BarChart = lazy(() => import('./bar-chart'));
export const LineChart = lazy(() => import('./line-chart'));
export const ShareChart = lazy(() => import('./share-chart'));

interface ChartProps {
  /** Names the table of the same numbers. */
  title: string;
  /** What it shows in words, for who cannot see it. */
  label: string;
  /** Above the chart, where there are several. */
  legend?: Series[];
  /** Where it is not the page's main thing. */
  isLow?: boolean;
  /** The same numbers as a table. */
  head: string[];
  rows: ReactNode[][];
  /** One of the charts of this folder. */
  chart: ReactNode;
  /** Between the chart and its table. */
  children?: ReactNode;
}

/** A chart with its numbers behind it. */
export function Chart({ title, label, legend, isLow, head, rows, chart, children }: ChartProps) {
  const { t } = useTranslation();
  return (
    <div className="min-w-0 space-y-2">
      {legend && <Legend series={legend} />}
      <figure aria-label={label} className={isLow ? 'h-32' : 'h-56'}>
        <Suspense fallback={<div className="h-full animate-pulse rounded bg-sunken" />}>{chart}</Suspense>
      </figure>
      {children}
      <details>
        <summary className="w-fit rounded-md py-0.5 text-muted hover:text-ink">{t('ui.asTable')}</summary>
        <Table label={title}>
          <thead>
            <tr>
              {head.map((name, column) => (
                <HeaderCell key={name} isNumber={column > 0}>
                  {name}
                </HeaderCell>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map((cells, row) => (
              // oxlint-disable-next-line react/no-array-index-key -- rows have no identity but their place
              <tr key={row}>
                {cells.map((cell, column) => (
                  <Cell key={head[column]} isNumber={column > 0}>
                    {cell}
                  </Cell>
                ))}
              </tr>
            ))}
          </tbody>
        </Table>
      </details>
    </div>
  );
}

export function Legend({ series }: { series: Series[] }) {
  return (
    <ul className="flex flex-wrap gap-x-4 gap-y-1 text-xs text-muted">
      {series.map(({ key, name, color, dashes }) => (
        <li key={key} className="inline-flex items-center gap-1.5">
          <svg aria-hidden width="18" height="4">
            <line x1="0" x2="18" y1="2" y2="2" strokeWidth={3} stroke={color} strokeDasharray={dashes} />
          </svg>
          {name}
        </li>
      ))}
    </ul>
  );
}
