import { classNames } from '../class-names';
import { AsTable } from './chart';

/** Told apart by their shape, too. */
const MARKS = {
  main: 'rounded-full bg-accent',
  other: 'rounded-full border-2 border-muted bg-surface',
  third: 'rotate-45 border-2 border-muted bg-surface',
  fourth: 'rotate-45 bg-warning',
};

export interface DotSeries {
  key: string;
  name: string;
  mark: keyof typeof MARKS;
}

interface DotPlotProps {
  title: string;
  /** What it shows in words. */
  label: string;
  series: DotSeries[];
  /** None of whose values is below 0. */
  rows: { key: string; name: string; values: Record<string, number | undefined> }[];
  format: (value: number) => string;
}

/** Values of a few series on one scale from 0, a line for each thing that is compared, with the numbers behind it. */
export function DotPlot({ title, label, series, rows, format }: DotPlotProps) {
  const all = rows.flatMap(({ values }) => Object.values(values)).filter((value) => value !== undefined);
  const largest = Math.max(...all, Number.MIN_VALUE);
  return (
    <div className="space-y-2">
      <ul className="flex flex-wrap gap-x-4 gap-y-1 text-xs text-muted">
        {series.map(({ key, name, mark }) => (
          <li key={key} className="inline-flex items-center gap-2">
            <Mark mark={mark} />
            {name}
          </li>
        ))}
      </ul>
      <figure aria-label={label}>
        <div aria-hidden className="grid grid-cols-[auto_1fr] items-center gap-x-4 text-xs">
          {rows.map(({ key, name, values }) => (
            <div key={key} className="col-span-2 grid grid-cols-subgrid items-center">
              <span>{name}</span>
              <div className="relative mx-2 h-7 border-x border-line">
                <div className="absolute inset-x-0 top-1/2 border-t border-line" />
                {series.map((each) => {
                  const value = values[each.key];
                  if (value === undefined) return null;
                  const left = `${(100 * value) / largest}%`;
                  return (
                    <span
                      key={each.key}
                      className="absolute top-1/2 -translate-1/2"
                      style={{ left }}
                      title={`${each.name}: ${format(value)}`}
                    >
                      <Mark mark={each.mark} />
                    </span>
                  );
                })}
              </div>
            </div>
          ))}
          <div className="col-start-2 mx-2 flex justify-between text-muted tabular-nums">
            <span>{format(0)}</span>
            <span>{format(largest)}</span>
          </div>
        </div>
      </figure>
      <AsTable
        title={title}
        head={[title, ...series.map(({ name }) => name)]}
        rows={rows.map(({ name, values }) => [
          name,
          ...series.map(({ key }) => (values[key] === undefined ? '—' : format(values[key]))),
        ])}
      />
    </div>
  );
}

function Mark({ mark }: { mark: DotSeries['mark'] }) {
  return <span aria-hidden className={classNames('block size-2.5 shrink-0', MARKS[mark])} />;
}
