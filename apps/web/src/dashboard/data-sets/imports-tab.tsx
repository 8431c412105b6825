import { useInfiniteQuery, useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { buildUrl, type DataSet, dataSetsListImports, dataSetsRestore, type Import, unwrap } from '../../api/client';
import { useFormat } from '../../i18n/use-format';
import { useTerms } from '../../i18n/use-terms';
import { Badge } from '../../ui/badge';
import { Button } from '../../ui/button';
import { Card } from '../../ui/card';
import { Choice } from '../../ui/choice';
import { CsvLink } from '../../ui/csv-link';
import { DataTable } from '../../ui/data-table';
import { MoreButton } from '../../ui/more-button';
import { ProblemNotice } from '../../ui/problem-notice';
import { QueryView } from '../../ui/query-view';
import { StatusBadge } from '../../ui/status-badge';
import { toast } from '../../ui/toasts';
import { useMe } from '../auth/auth.queries';
import { dataSetsQuery } from './data-sets.queries';
import { ImportErrorsCard } from './import-errors-card';
import { ImportForm } from './preview/import-form';
import { UrlSourcesCard } from './url-sources/url-sources-card';

const PAGE = 20;
const MODES = ['replace', 'append'] as const;

/** A file in place of the rows, and every file before it with what became of it. */
export function ImportsTab({ dataSet, isReadOnly = false }: { dataSet: DataSet; isReadOnly?: boolean }) {
  const { t } = useTranslation();
  const { can } = useMe();
  const { latestImport: latest, currentImport, projectId } = dataSet;
  const [mode, setMode] = useState<Import['mode']>('replace');
  return (
    <div className="space-y-5">
      {!isReadOnly && can('project:write') && (
        <section className="space-y-2">
          {currentImport && (
            <>
              <div className="flex flex-wrap items-center justify-between gap-2">
                <h2 className="font-semibold">{t(`upload.${mode}Title`)}</h2>
                <Choice
                  label={t('upload.mode')}
                  options={MODES.map((value) => ({ value, label: t(`upload.${value}`) }))}
                  value={mode}
                  onChange={setMode}
                />
              </div>
              <p className="text-muted">{t(`upload.${mode}Hint`)}</p>
            </>
          )}
          <ImportForm projectId={projectId} dataSet={dataSet} mode={mode} />
        </section>
      )}
      {!isReadOnly && <UrlSourcesCard dataSet={dataSet} />}
      {latest && latest.errors.length > 0 && <ImportErrorsCard latest={latest} />}
      {latest && <History dataSet={dataSet} canRestore={!isReadOnly && can('project:write')} />}
    </div>
  );
}

function History({ dataSet, canRestore }: { dataSet: DataSet; canRestore: boolean }) {
  const { t } = useTranslation();
  const format = useFormat();
  const terms = useTerms();
  const { projectId, id: dataSetId, latestImport, currentImport } = dataSet;
  const imports = useInfiniteQuery({
    queryKey: ['imports', dataSetId, latestImport?.id, latestImport?.status],
    queryFn: ({ pageParam: cursor }) =>
      unwrap(
        dataSetsListImports({ path: { projectId, dataSetId }, query: { limit: PAGE, ...(cursor && { cursor }) } }),
      ),
    initialPageParam: '',
    getNextPageParam: ({ nextCursor }) => nextCursor,
  });
  const count = (rows: number | null) => (rows === null ? '—' : format.number(rows));
  return (
    <Card title={t('import.history')} isFlush>
      <QueryView query={imports}>
        {({ pages }) => (
          <>
            <DataTable
              label={t('import.history')}
              rows={pages.flatMap(({ data }) => data)}
              keyOf={({ id }) => id}
              columns={[
                { key: 'time', name: t('ui.created'), cell: ({ createdAt }) => format.dateTime(createdAt) },
                {
                  key: 'status',
                  name: t('projects.state'),
                  cell: ({ id, status, mode, failureReason }) => (
                    <div className="space-y-1">
                      <span className="flex flex-wrap gap-1.5 max-sm:justify-end">
                        <StatusBadge status={status} />
                        {mode === 'append' && <Badge>{t('import.added')}</Badge>}
                        {id === currentImport?.id && <Badge tone="accent">{t('import.inUse')}</Badge>}
                      </span>
                      {failureReason && <p className="max-w-md text-xs text-muted">{terms.sentences(failureReason)}</p>}
                    </div>
                  ),
                },
                {
                  key: 'accepted',
                  name: t('dataSets.accepted'),
                  isNumber: true,
                  cell: ({ rowsAccepted }) => count(rowsAccepted),
                },
                {
                  key: 'held',
                  name: t('dataSets.held'),
                  isNumber: true,
                  cell: ({ rowsHeld }) => count(rowsHeld),
                },
                {
                  key: 'rejected',
                  name: t('dataSets.rejected'),
                  isNumber: true,
                  cell: (row) =>
                    row.rowsRejected ? <RejectedRows of={row} dataSet={dataSet} /> : count(row.rowsRejected),
                },
                ...(canRestore
                  ? [
                      {
                        key: 'restore',
                        name: t('ui.actions'),
                        cell: (row: Import) =>
                          row.status === 'succeeded' &&
                          row.id !== currentImport?.id && <RestoreButton of={row} dataSet={dataSet} />,
                      },
                    ]
                  : []),
              ]}
            />
            <MoreButton query={imports} />
          </>
        )}
      </QueryView>
    </Card>
  );
}

function RestoreButton({ of, dataSet: { projectId, id: dataSetId } }: { of: Import; dataSet: DataSet }) {
  const { t } = useTranslation();
  const queryClient = useQueryClient();
  const restore = useMutation({
    mutationFn: () => unwrap(dataSetsRestore({ path: { projectId, dataSetId }, body: { importId: of.id } })),
    onSuccess: async () => {
      await queryClient.invalidateQueries({ queryKey: dataSetsQuery(projectId).queryKey });
      toast(t('import.restored'));
    },
  });
  return (
    <>
      <Button variant="quiet" isBusy={restore.isPending} onClick={() => restore.mutate()}>
        {t('import.restore')}
      </Button>
      {restore.isError && <ProblemNotice error={restore.error} />}
    </>
  );
}

/** How many, and which they are as a file. */
function RejectedRows({ of, dataSet: { projectId, id: dataSetId } }: { of: Import; dataSet: DataSet }) {
  const { t } = useTranslation();
  const format = useFormat();
  const url = '/v1/projects/{projectId}/data-sets/{dataSetId}/imports/{importId}/rejected-rows.csv';
  return (
    <span className="inline-flex items-center gap-2">
      {format.number(of.rowsRejected ?? 0)}
      <CsvLink href={buildUrl({ url, path: { projectId, dataSetId, importId: of.id } })} name={t('import.download')} />
    </span>
  );
}
