import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Cell, HeaderCell, Table } from '../table';
import type { Series } from './plot';

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
  return (
    <div className="min-w-0 space-y-2">
      {legend && <Legend series={legend} />}
      <Figure label={label} className={isLow ? 'h-32' : 'h-56'}>
        {chart}
      </Figure>
      {children}
      <AsTable title={title} head={head} rows={rows} />
    </div>
  );
}

/** The numbers of a chart, folded behind it. */
export function AsTable({ title, head, rows }: Pick<ChartProps, 'title' | 'head' | 'rows'>) {
  const { t } = useTranslation();
  return (
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
  );
}

/** The place of a chart. */
export function Figure({ label, className, children }: { label: string; className: string; children: ReactNode }) {
  return (
    <figure aria-label={label} className={className}>
      {children}
    </figure>
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
