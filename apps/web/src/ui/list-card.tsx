import type { InfiniteData, UseInfiniteQueryResult } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Card } from './card';
import { type DataColumn, DataTable } from './data-table';
import type { ListView } from './list-view';
import { MoreButton } from './more-button';
import { QueryView } from './query-view';
import { SearchForm } from './search-form';
import { Select } from './select';

/** Fewer rows are seen at a glance. */
const TOOLS_FROM_ROWS = 8;

interface ListCardProps<Row> {
  label: string;
  query: UseInfiniteQueryResult<InfiniteData<{ data: Row[] }>>;
  /** Those that can be sorted by have the API's keys. */
  columns: DataColumn<Row>[];
  view: ListView;
  onView: (view: ListView) => void;
  /** What may be searched for. */
  searchHint: string;
  /** What it may be narrowed to. */
  statuses?: { value: string; label: string }[];
  /** In the list's place while there is nothing to list. */
  empty: ReactNode;
  onOpen?: (row: Row) => void;
}

/** A list that the server searches, orders and hands out page by page; a short one comes without the tools. */
export function ListCard<Row extends { id: string }>(props: ListCardProps<Row>) {
  const { query, view, empty } = props;
  return (
    <QueryView query={query}>
      {({ pages }) => {
        const rows = pages.flatMap(({ data }) => data);
        const isNarrowed = Boolean(view.search ?? view.status);
        return rows.length === 0 && !isNarrowed ? empty : <FilledList {...props} rows={rows} isNarrowed={isNarrowed} />;
      }}
    </QueryView>
  );
}

interface FilledListProps<Row> extends ListCardProps<Row> {
  rows: Row[];
  isNarrowed: boolean;
}

function FilledList<Row extends { id: string }>(props: FilledListProps<Row>) {
  const { label, query, columns, view, onView, onOpen, rows, isNarrowed } = props;
  const { t } = useTranslation();
  const needsTools = isNarrowed || query.hasNextPage || rows.length >= TOOLS_FROM_ROWS;
  const [hasTools, setHasTools] = useState(needsTools);
  // What somebody may be typing into stays.
  if (needsTools && !hasTools) setHasTools(true);
  return (
    <Card isFlush>
      {hasTools && <Tools {...props} />}
      {rows.length === 0 ? (
        <p className="px-5 py-8 text-center text-muted">{t('lists.none')}</p>
      ) : (
        <DataTable
          label={label}
          columns={columns}
          rows={rows}
          keyOf={({ id }) => id}
          sort={{ key: view.sort ?? 'createdAt', isDescending: view.order !== 'asc' }}
          onSort={({ key, isDescending }) => onView({ ...view, sort: key, order: isDescending ? 'desc' : 'asc' })}
          {...(onOpen && { onOpen })}
        />
      )}
      <MoreButton query={query} label={t('lists.more')} />
    </Card>
  );
}

function Tools<Row>({ query, columns, view, onView, searchHint, statuses }: FilledListProps<Row>) {
  const { t } = useTranslation();
  const sortable = columns.filter(({ isSortable }) => isSortable);
  return (
    <div className="flex flex-wrap items-center gap-2 border-b border-line px-4 py-3 sm:px-5">
      <SearchForm
        hint={searchHint}
        search={view.search}
        isBusy={query.isPlaceholderData}
        onSearch={(search) => onView({ ...view, search })}
      />
      {statuses && (
        <Select
          aria-label={t('lists.status')}
          value={view.status ?? ''}
          onChange={({ target }) => onView({ ...view, status: target.value })}
        >
          <option value="">{t('lists.anyStatus')}</option>
          {statuses.map(({ value, label }) => (
            <option key={value} value={value}>
              {label}
            </option>
          ))}
        </Select>
      )}
      {/* On a phone, where the columns have no heads. */}
      <Select
        aria-label={t('lists.sort')}
        className="sm:hidden"
        value={view.sort ?? 'createdAt'}
        onChange={({ target: { value } }) => {
          const isUp = sortable.find(({ key }) => key === value)?.startsAscending;
          onView({ ...view, sort: value, order: isUp ? 'asc' : 'desc' });
        }}
      >
        {sortable.map(({ key, name }) => (
          <option key={key} value={key}>
            {name}
          </option>
        ))}
      </Select>
    </div>
  );
}
