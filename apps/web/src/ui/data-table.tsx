import { useWindowVirtualizer } from '@tanstack/react-virtual';
import { ArrowDown, ArrowUp, ChevronsUpDown } from 'lucide-react';
import { type ReactNode, useLayoutEffect, useRef, useState } from 'react';
import { classNames } from './class-names';
import { ScrollRegion } from './scroll-region';

/** With more rows than this only those near the screen are in the page. */
const VIRTUAL_FROM = 200;
const ROW_PX = 44;

export interface DataColumn<Row> {
  key: string;
  name: string;
  cell: (row: Row) => ReactNode;
  isNumber?: boolean;
  /** Stays in sight while the table scrolls sideways: one at each end at most. */
  isPinned?: boolean;
  /** The server can order all rows by it. */
  isSortable?: boolean;
  /** As names do; of all else what is large or new is looked for first. */
  startsAscending?: boolean;
}

/** By which column the server orders the rows. */
export interface Sort {
  key: string;
  isDescending: boolean;
}

interface DataTableProps<Row> {
  label: string;
  columns: DataColumn<Row>[];
  rows: Row[];
  keyOf: (row: Row) => string;
  sort?: Sort | undefined;
  onSort?: (sort: Sort) => void;
  /** Makes rows pressable: what a click on one opens. The first column should hold a link or a button that does the same. */
  onOpen?: (row: Row) => void;
}

/**
 * Rows that the server has searched, filtered and ordered. Below 640 px each is a card. The rows that are not near the screen
 * are left out of a long table, whose columns therefore share the width evenly.
 */
export function DataTable<Row>(props: DataTableProps<Row>) {
  const { label, columns, rows } = props;
  const isLong = rows.length > VIRTUAL_FROM;
  return (
    // Isolated, so that its pinned cells stay below the bar of the page.
    <ScrollRegion aria-label={label} className="isolate rounded-[inherit]">
      <table
        aria-label={label}
        className={classNames(
          'w-full border-collapse text-left tabular-nums max-sm:block [&_tbody_tr:last-child>*]:border-b-0',
          isLong && 'sm:table-fixed',
        )}
      >
        <thead className="max-sm:sr-only">
          <tr>
            {columns.map((column, place) => (
              <HeaderCell key={column.key} {...props} column={column} pin={pinOf(columns, place)} />
            ))}
          </tr>
        </thead>
        {isLong ? <VirtualRows {...props} /> : <Rows {...props} />}
      </table>
    </ScrollRegion>
  );
}

function HeaderCell<Row>({
  column,
  pin,
  sort,
  onSort,
}: DataTableProps<Row> & { column: DataColumn<Row>; pin: string | undefined }) {
  const isSorted = sort?.key === column.key;
  const Icon = !isSorted ? ChevronsUpDown : sort.isDescending ? ArrowDown : ArrowUp;
  const direction = sort?.isDescending ? 'descending' : 'ascending';
  return (
    <th
      scope="col"
      aria-sort={isSorted ? direction : undefined}
      className={classNames(
        'border-b border-line px-4 py-2 text-xs font-medium whitespace-nowrap text-muted first:sm:pl-5 last:sm:pr-5',
        column.isNumber && 'text-right',
        pin,
      )}
    >
      {column.isSortable && onSort ? (
        <button
          type="button"
          onClick={() =>
            onSort({ key: column.key, isDescending: isSorted ? !sort.isDescending : !column.startsAscending })
          }
          className="inline-flex min-h-6 items-center gap-1 rounded hover:text-ink"
        >
          {column.name}
          <Icon aria-hidden className="size-3.5" />
        </button>
      ) : (
        column.name
      )}
    </th>
  );
}

function Rows<Row>({ rows, keyOf, ...rest }: DataTableProps<Row>) {
  return (
    <tbody className="max-sm:block">
      {rows.map((row) => (
        <DataRow key={keyOf(row)} row={row} {...rest} />
      ))}
    </tbody>
  );
}

function VirtualRows<Row>({ rows, keyOf, ...rest }: DataTableProps<Row>) {
  const ref = useRef<HTMLTableSectionElement>(null);
  const [top, setTop] = useState(0);
  useLayoutEffect(() => setTop((ref.current?.getBoundingClientRect().top ?? 0) + window.scrollY), []);
  // oxlint-disable-next-line react/incompatible-library -- nothing here memoizes what it returns
  const virtualizer = useWindowVirtualizer({
    count: rows.length,
    estimateSize: () => ROW_PX,
    overscan: 20,
    scrollMargin: top,
  });
  const shown = virtualizer.getVirtualItems();
  const before = (shown[0]?.start ?? top) - top;
  const after = virtualizer.getTotalSize() - ((shown.at(-1)?.end ?? top) - top);
  return (
    <tbody ref={ref} className="max-sm:block">
      <Spacer height={before} />
      {shown.map(({ index }) => (
        <DataRow
          key={keyOf(rows[index]!)}
          row={rows[index]!}
          {...rest}
          index={index}
          measure={virtualizer.measureElement}
        />
      ))}
      <Spacer height={after} />
    </tbody>
  );
}

function Spacer({ height }: { height: number }) {
  return (
    <tr aria-hidden className="max-sm:block">
      {/* oxlint-disable-next-line jsx-a11y/control-has-associated-label -- room for rows that are out of sight */}
      <td className="block p-0" style={{ height }} />
    </tr>
  );
}

interface DataRowProps<Row> extends Pick<DataTableProps<Row>, 'columns' | 'onOpen'> {
  row: Row;
  index?: number;
  measure?: (element: Element | null) => void;
}

function DataRow<Row>({ row, columns, onOpen, index, measure }: DataRowProps<Row>) {
  return (
    // A pointer's short cut for what a link or button in the row does, too.
    // oxlint-disable-next-line jsx-a11y/click-events-have-key-events, jsx-a11y/no-noninteractive-element-interactions
    <tr
      ref={measure}
      data-index={index}
      onClick={(event) => {
        const isOnControl = (event.target as Element).closest('a, button, input, select, label');
        if (onOpen && !isOnControl) onOpen(row);
      }}
      className={classNames(
        'max-sm:block max-sm:border-b max-sm:border-line max-sm:px-4 max-sm:py-3',
        onOpen && 'cursor-pointer hover:bg-sunken/60',
      )}
    >
      {columns.map((column, place) => {
        const content = column.cell(row);
        return (
          <td
            key={column.key}
            className={classNames(
              'border-b border-line px-4 py-2.5 first:sm:pl-5 last:sm:pr-5',
              // On a narrow screen a name with nothing beside it says nothing.
              content ? 'max-sm:flex' : 'max-sm:hidden',
              'max-sm:justify-between max-sm:gap-4 max-sm:border-0 max-sm:p-0 max-sm:py-0.5',
              column.isNumber && 'text-right whitespace-nowrap',
              pinOf(columns, place),
            )}
          >
            <span aria-hidden className="shrink-0 text-muted sm:hidden">
              {column.name}
            </span>
            <div className="min-w-0 max-sm:text-right">{content}</div>
          </td>
        );
      })}
    </tr>
  );
}

function pinOf<Row>(columns: DataColumn<Row>[], place: number): string | undefined {
  if (!columns[place]!.isPinned) return undefined;
  return classNames('bg-surface sm:sticky sm:z-10', place === 0 ? 'sm:left-0' : 'sm:right-0');
}
