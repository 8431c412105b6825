import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Plus } from 'lucide-react';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type DataSet, unwrap, type UrlSource, urlSourcesDelete, urlSourcesRun } from '../../../api/client';
import { useTerms } from '../../../i18n/use-terms';
import { Badge, type Tone } from '../../../ui/badge';
import { Button } from '../../../ui/button';
import { Card } from '../../../ui/card';
import { DataTable } from '../../../ui/data-table';
import { ManageActions } from '../../../ui/manage-actions';
import { ProblemNotice } from '../../../ui/problem-notice';
import { QueryView } from '../../../ui/query-view';
import { RelativeTime } from '../../../ui/relative-time';
import { useMe } from '../../auth/auth.queries';
import { dataSetQuery } from '../data-sets.queries';
import { NewUrlSourceDialog } from './new-url-source-dialog';
import { isDue, urlSourcesQuery } from './url-sources.queries';

const TONES: Record<NonNullable<UrlSource['lastRun']>['result'], Tone> = {
  imported: 'success',
  unchanged: 'neutral',
  failed: 'danger',
};

/** The addresses from which the file is fetched, with what came of the last run. */
export function UrlSourcesCard({ dataSet }: { dataSet: DataSet }) {
  const { t } = useTranslation();
  const { can } = useMe();
  const { projectId, id: dataSetId } = dataSet;
  const queryClient = useQueryClient();
  const sources = useQuery(urlSourcesQuery(projectId, dataSetId));
  const [isAdding, setIsAdding] = useState(false);
  const canWrite = can('project:write');
  // What a run has imported is to be seen without being asked for.
  const latest = sources.data?.map(({ lastImportId }) => lastImportId).join();
  useEffect(() => {
    if (latest) void queryClient.invalidateQueries({ queryKey: dataSetQuery(projectId, dataSetId).queryKey });
  }, [latest, queryClient, projectId, dataSetId]);
  if (!canWrite && !sources.data?.length) return null;
  return (
    <Card
      title={t('urlSources.title')}
      hint={t('urlSources.hint')}
      isFlush={Boolean(sources.data?.length)}
      actions={
        canWrite && (
          <Button onClick={() => setIsAdding(true)}>
            <Plus aria-hidden />
            {t('urlSources.add')}
          </Button>
        )
      }
    >
      <QueryView query={sources}>
        {(rows) =>
          rows.length === 0 ? (
            <p className="text-muted">{t('urlSources.emptyText')}</p>
          ) : (
            <DataTable
              label={t('urlSources.title')}
              rows={rows}
              keyOf={({ id }) => id}
              columns={[
                {
                  key: 'url',
                  name: t('urlSources.url'),
                  cell: ({ url }) => <span className="block max-w-96 break-all">{url}</span>,
                },
                {
                  key: 'interval',
                  name: t('urlSources.interval'),
                  cell: ({ interval }) => t(`urlSources.intervals.${interval}`),
                },
                { key: 'lastRun', name: t('urlSources.lastRun'), cell: (source) => <LastRun source={source} /> },
                { key: 'nextRun', name: t('urlSources.nextRun'), cell: (source) => <NextRun source={source} /> },
                ...(canWrite
                  ? [
                      {
                        key: 'actions',
                        name: t('ui.actions'),
                        cell: (source: UrlSource) => <Actions source={source} projectId={projectId} />,
                      },
                    ]
                  : []),
              ]}
            />
          )
        }
      </QueryView>
      {isAdding && <NewUrlSourceDialog dataSet={dataSet} onClose={() => setIsAdding(false)} />}
    </Card>
  );
}

function LastRun({ source: { lastRun } }: { source: UrlSource }) {
  const { t } = useTranslation();
  const terms = useTerms();
  if (!lastRun) return t('urlSources.never');
  return (
    <div className="space-y-1">
      <span className="flex flex-wrap items-center gap-1.5 max-sm:justify-end">
        <Badge tone={TONES[lastRun.result]}>{t(`urlSources.results.${lastRun.result}`)}</Badge>
        <RelativeTime time={lastRun.at} />
      </span>
      {lastRun.error && <p className="max-w-md text-xs text-muted">{terms.sentences(lastRun.error)}</p>}
    </div>
  );
}

function NextRun({ source }: { source: UrlSource }) {
  const { t } = useTranslation();
  if (source.pausedAt)
    return (
      <div className="space-y-1">
        <Badge tone="warning">{t('urlSources.paused')}</Badge>
        <p className="max-w-48 text-xs text-muted">{t('urlSources.pausedHint')}</p>
      </div>
    );
  if (isDue(source)) return t('urlSources.running');
  return source.nextRunAt ? <RelativeTime time={source.nextRunAt} /> : '—';
}

function Actions({ source: { id: sourceId, dataSetId, url }, projectId }: { source: UrlSource; projectId: string }) {
  const { t } = useTranslation();
  const queryClient = useQueryClient();
  const path = { projectId, dataSetId, sourceId };
  const reload = () => queryClient.invalidateQueries({ queryKey: urlSourcesQuery(projectId, dataSetId).queryKey });
  const run = useMutation({ mutationFn: () => unwrap(urlSourcesRun({ path })), onSuccess: reload });
  return (
    <div className="space-y-2">
      <span className="flex flex-wrap gap-2 max-sm:justify-end">
        <Button isBusy={run.isPending} onClick={() => run.mutate()}>
          {t('urlSources.run')}
        </Button>
        <ManageActions
          name={url}
          deleteText={t('urlSources.deleteText')}
          onDelete={() => unwrap(urlSourcesDelete({ path })).then(reload)}
        />
      </span>
      {run.isError && <ProblemNotice error={run.error} />}
    </div>
  );
}
