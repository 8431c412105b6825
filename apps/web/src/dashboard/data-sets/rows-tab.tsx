import { keepPreviousData, useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type DataSet, type DataSetRows, rowsList, unwrap } from '../../api/client';
import { useFormat } from '../../i18n/use-format';
import { useTerms } from '../../i18n/use-terms';
import { Button } from '../../ui/button';
import { Card } from '../../ui/card';
import { type DataColumn, DataTable, type Sort } from '../../ui/data-table';
import { TextField } from '../../ui/field';
import { Form } from '../../ui/form';
import { isPicture, Picture } from '../../ui/picture';
import { QueryView } from '../../ui/query-view';
import { type Kind, useKind } from '../models/families.queries';
import { dataSetsQuery } from './data-sets.queries';
import { HistoryDrawer } from './history-drawer';

type Row = DataSetRows['data'][number];

const PAGE = 50;
/** As a preview; the file has them all. */
const ATTRIBUTES_SHOWN = 6;

/** The rows themselves, found by their ids; items with how much was done with them. */
export function RowsTab({ dataSet }: { dataSet: DataSet }) {
  const { t } = useTranslation();
  const kind = useKind(dataSet.kind);
  const [search, setSearch] = useState('');
  const [sort, setSort] = useState<Sort>();
  const [user, setUser] = useState<string>();
  const { projectId, id: dataSetId } = dataSet;
  const { data: dataSets } = useQuery(dataSetsQuery(projectId));
  // Rows that name people are shown to whoever may see what they did.
  const historyOf =
    dataSet.kind === 'interactions'
      ? dataSetId
      : dataSet.kind === 'users'
        ? dataSets?.find(({ kind: other, currentImport }) => other === 'interactions' && currentImport)?.id
        : undefined;
  const countedBy =
    dataSet.kind === 'items'
      ? dataSets?.find(({ kind: other, currentImport }) => other === 'interactions' && currentImport)?.id
      : undefined;
  const rows = useInfiniteQuery({
    queryKey: ['rows', dataSetId, dataSet.currentImport?.id, search, sort, countedBy],
    queryFn: ({ pageParam: cursor }) =>
      unwrap(
        rowsList({
          path: { projectId, dataSetId },
          query: {
            limit: PAGE,
            ...(search && { search }),
            ...(sort && { sort: sort.key, order: sort.isDescending ? 'desc' : 'asc' }),
            ...(countedBy && { countedBy }),
            ...(cursor && { cursor }),
          },
        }),
      ),
    initialPageParam: 0,
    getNextPageParam: ({ nextCursor }) => (nextCursor ? Number(nextCursor) : null),
    enabled: dataSet.kind !== 'items' || dataSets !== undefined,
    placeholderData: keepPreviousData,
  });
  const columns = useColumns(kind, historyOf ? setUser : undefined);
  const hasIds = kind?.columns.some(({ type }) => type === 'id');
  return (
    <div className="space-y-4">
      <Form
        onSubmit={(values) => setSearch(String(values.get('search') ?? '').trim())}
        isInline
        actions={<Button type="submit">{t('rows.find')}</Button>}
      >
        <TextField
          type="search"
          name="search"
          label={
            hasIds ? (kind?.others === 'attributes' ? t('rows.searchAll') : t('rows.searchId')) : t('rows.searchText')
          }
          maxLength={256}
        />
      </Form>
      <QueryView query={rows}>
        {({ pages }) => {
          const shown = pages.flatMap(({ data }) => data);
          return (
            <Card isFlush>
              {shown.length === 0 ? (
                <p className="px-5 py-8 text-center text-muted">{t('rows.none')}</p>
              ) : (
                <DataTable
                  label={t('rows.title')}
                  rows={shown}
                  keyOf={({ place }) => String(place)}
                  columns={columns(shown)}
                  sort={sort}
                  onSort={setSort}
                />
              )}
              {rows.hasNextPage && (
                <div className="flex justify-center border-t border-line p-3">
                  <Button isBusy={rows.isFetchingNextPage} onClick={() => void rows.fetchNextPage()}>
                    {t('rows.more')}
                  </Button>
                </div>
              )}
            </Card>
          );
        }}
      </QueryView>
      {user !== undefined && historyOf && (
        <HistoryDrawer
          projectId={projectId}
          dataSetId={historyOf}
          describedBy={dataSets?.find(({ kind: other, currentImport }) => other === 'items' && currentImport)?.id}
          userId={user}
          onClose={() => setUser(undefined)}
        />
      )}
    </div>
  );
}

/** The columns of the kind that hold something, interactions where they were counted, then the first attributes. */
function useColumns(
  kind: Kind | undefined,
  onUser: ((userId: string) => void) | undefined,
): (rows: Row[]) => DataColumn<Row>[] {
  const { t } = useTranslation();
  const terms = useTerms();
  const format = useFormat();
  return (rows) => {
    const names = Object.keys(rows[0]!.values);
    const known = kind?.columns ?? [];
    const typeOf = (name: string) => known.find((column) => column.name === name)?.type;
    const isFilled = (name: string) => rows.some(({ values }) => values[name] !== null);
    const show = (name: string, value: unknown) => {
      if (value === null || value === undefined) return '—';
      if (typeOf(name) === 'time') return format.dateTime(new Date(1_000 * Number(value)).toISOString());
      if (isPicture(name, value)) return <Picture key={value} address={value} />;
      if (name === 'user_id' && onUser)
        return (
          <button
            type="button"
            onClick={() => onUser(String(value))}
            className="min-h-6 rounded text-left wrap-anywhere underline hover:text-accent"
          >
            {String(value)}
          </button>
        );
      if (typeOf(name) === 'number') return format.number(Number(value));
      return <span className="line-clamp-2 break-words">{String(value)}</span>;
    };
    const column = (name: string): DataColumn<Row> => ({
      key: name,
      name: typeOf(name) ? terms.name('columns', name) : name,
      isNumber: typeOf(name) === 'number',
      isSortable: true,
      cell: ({ values }) => show(name, values[name]),
    });
    const attributes = names.filter((name) => !typeOf(name)).slice(0, ATTRIBUTES_SHOWN);
    const ofKind = known.map(({ name }) => name).filter((name) => names.includes(name) && isFilled(name));
    const counted: DataColumn<Row> = {
      key: '#interactions',
      name: t('rows.interactions'),
      isNumber: true,
      cell: ({ interactions }) => format.number(interactions ?? 0),
    };
    return [
      ...ofKind.map(column),
      ...attributes.map(column),
      ...(rows.some(({ interactions }) => interactions !== undefined) ? [counted] : []),
    ];
  };
}
