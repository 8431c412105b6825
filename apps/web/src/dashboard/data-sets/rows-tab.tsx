import { keepPreviousData, useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type DataSet, type DataSetRows, rowsList, unwrap } from '../../api/client';
import { useFormat } from '../../i18n/use-format';
import { useTerms } from '../../i18n/use-terms';
import { Button } from '../../ui/button';
import { Card } from '../../ui/card';
import { Choice } from '../../ui/choice';
import { type DataColumn, DataTable, type Sort } from '../../ui/data-table';
import { TextField } from '../../ui/field';
import { Form } from '../../ui/form';
import { isPicture, Picture } from '../../ui/picture';
import { QueryView } from '../../ui/query-view';
import { type Kind, useKind } from '../models/families.queries';
import { dataSetsQuery } from './data-sets.queries';
import { HistoryDrawer } from './history-drawer';
import { hasRows } from './rows-of';

type Row = DataSetRows['data'][number];
type Part = 'file' | 'added';

const PAGE = 50;
/** As a preview; the file has them all. */
const ATTRIBUTES_SHOWN = 6;

/** The rows themselves, those of the file or those that came by themselves, found by their ids; items with how much was done with them. */
export function RowsTab({ dataSet }: { dataSet: DataSet }) {
  const { t } = useTranslation();
  const kind = useKind(dataSet.kind);
  const [search, setSearch] = useState('');
  const [sort, setSort] = useState<Sort>();
  const [user, setUser] = useState<string>();
  const { projectId, id: dataSetId, currentImport, addedRows } = dataSet;
  // Items and users are one list, whichever way they came.
  const hasParts = dataSet.kind !== 'items' && dataSet.kind !== 'users' && currentImport !== null && addedRows > 0;
  const [chosen, setChosen] = useState<Part>('file');
  const part = hasParts ? chosen : undefined;
  const { data: dataSets } = useQuery(dataSetsQuery(projectId));
  // Rows that name people are shown to whoever may see what they did.
  const historyOf =
    dataSet.kind === 'interactions'
      ? dataSetId
      : dataSet.kind === 'users'
        ? dataSets?.find((other) => other.kind === 'interactions' && hasRows(other))?.id
        : undefined;
  const countedBy =
    dataSet.kind === 'items'
      ? dataSets?.find((other) => other.kind === 'interactions' && hasRows(other))?.id
      : undefined;
  const rows = useInfiniteQuery({
    queryKey: ['rows', dataSetId, currentImport?.id, addedRows, part, search, sort, countedBy],
    queryFn: ({ pageParam: cursor }) =>
      unwrap(
        rowsList({
          path: { projectId, dataSetId },
          query: {
            limit: PAGE,
            ...(part && { part }),
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
      {hasParts && (
        <Choice
          label={t('rows.parts')}
          options={[
            { value: 'file', label: t('rows.ofFile') },
            { value: 'added', label: t(dataSet.kind === 'interactions' ? 'rows.events' : 'rows.added') },
          ]}
          value={chosen}
          onChange={setChosen}
        />
      )}
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
          describedBy={dataSets?.find((other) => other.kind === 'items' && hasRows(other))?.id}
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
