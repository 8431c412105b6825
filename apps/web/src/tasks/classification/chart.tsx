import { lazy, type ReactNode, Suspense } from 'react';
import { useTranslation } from 'react-i18next';
import { Cell, HeaderCell, Table } from '../../ui/table';
import type { ShareChartProps } from './share-chart';

// The chart library is larger than the rest of the page.
const ShareChart = lazy(() => import('./share-chart'));

interface ChartProps extends ShareChartProps {
  title: string;
  /** What it shows in words, for who cannot see it. */
  label: string;
  /** The same numbers as a table. */
  head: string[];
  rows: ReactNode[][];
  /** Between the curve and its table. */
  children?: ReactNode;
}

/** A curve with its numbers behind it. */
export function Chart({ title, label, head, rows, children, ...chart }: ChartProps) {
  const { t } = useTranslation();
  return (
    <div className="min-w-0 space-y-2">
      <p className="text-xs text-muted">{chart.yName}</p>
      <figure aria-label={label} className="h-56">
        <Suspense fallback={<div className="h-full animate-pulse rounded bg-sunken" />}>
          <ShareChart {...chart} />
        </Suspense>
      </figure>
      {children}
      <details>
        <summary className="w-fit rounded-md py-0.5 text-muted hover:text-ink">
          {t('tasks.classification.asTable')}
        </summary>
        <Table label={title}>
          <thead>
            <tr>
              {head.map((name) => (
                <HeaderCell key={name} isNumber>
                  {name}
                </HeaderCell>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map((cells, row) => (
              // oxlint-disable-next-line react/no-array-index-key -- the list never changes
              <tr key={row}>
                {cells.map((cell, column) => (
                  <Cell key={head[column]} isNumber>
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
