import { queryOptions, useQuery } from '@tanstack/react-query';
import { Server } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import {
  type TrainingQueue,
  trainingQueueGetQueue,
  trainingQueueListWorkers,
  unwrap,
  type Workers,
} from '../../api/client';
import { useFormat } from '../../i18n/use-format';
import { Badge } from '../../ui/badge';
import { Card } from '../../ui/card';
import { type DataColumn, DataTable } from '../../ui/data-table';
import { EmptyState } from '../../ui/empty-state';
import { PageHeader } from '../../ui/page-header';
import { QueryView } from '../../ui/query-view';
import { RelativeTime } from '../../ui/relative-time';
import { TextLink } from '../../ui/text-link';

type Pool = TrainingQueue['pools'][number];
type Worker = Workers['workers'][number];

const POLL_MS = 5_000;

const workersQuery = queryOptions({
  queryKey: ['admin', 'workers'],
  queryFn: () => unwrap(trainingQueueListWorkers()),
  refetchInterval: POLL_MS,
});

const queueQuery = queryOptions({
  queryKey: ['admin', 'training-queue'],
  queryFn: () => unwrap(trainingQueueGetQueue()),
  refetchInterval: POLL_MS,
});

/** What waits for training, and who trains. */
export function WorkersPage() {
  const { t } = useTranslation();
  return (
    <>
      <PageHeader title={t('operator.workers.title')} hint={t('operator.workers.hint')} />
      <div className="space-y-5">
        <QueueCard />
        <WorkersCard />
      </div>
    </>
  );
}

function QueueCard() {
  const { t } = useTranslation();
  const columns = useQueueColumns();
  const queue = useQuery(queueQuery);
  return (
    <QueryView query={queue}>
      {({ pools }) => (
        <Card
          title={t('operator.workers.queue')}
          isFlush
          actions={
            <TextLink to="/admin/training-jobs" search={{ status: 'queued' }}>
              {t('operator.jobs.title')}
            </TextLink>
          }
        >
          {pools.length === 0 ? (
            <p className="px-5 py-4 text-muted">{t('operator.workers.emptyQueue')}</p>
          ) : (
            <DataTable label={t('operator.workers.queue')} rows={pools} keyOf={({ pool }) => pool} columns={columns} />
          )}
        </Card>
      )}
    </QueryView>
  );
}

function WorkersCard() {
  const { t } = useTranslation();
  const columns = useWorkerColumns();
  const workers = useQuery(workersQuery);
  return (
    <QueryView query={workers}>
      {({ workers: rows }) => (
        <Card title={t('operator.workers.title')} isFlush>
          {rows.length === 0 ? (
            <EmptyState icon={Server} title={t('operator.workers.none')}>
              {t('operator.workers.noneText')}
            </EmptyState>
          ) : (
            <DataTable
              label={t('operator.workers.title')}
              rows={rows}
              keyOf={({ worker }) => worker}
              columns={columns}
            />
          )}
        </Card>
      )}
    </QueryView>
  );
}

function useQueueColumns(): DataColumn<Pool>[] {
  const { t } = useTranslation();
  const format = useFormat();
  return [
    {
      key: 'pool',
      name: t('operator.workers.pool'),
      cell: ({ pool }) => <span className="font-medium">{pool}</span>,
    },
    {
      key: 'running',
      name: t('operator.workers.running'),
      isNumber: true,
      cell: ({ running }) => format.number(running),
    },
    {
      key: 'waiting',
      name: t('operator.workers.waiting'),
      isNumber: true,
      cell: ({ waiting }) => format.number(waiting),
    },
    {
      key: 'oldest',
      name: t('operator.workers.oldest'),
      cell: ({ oldestWaitingAt }) => (oldestWaitingAt ? <RelativeTime time={oldestWaitingAt} /> : '—'),
    },
  ];
}

function useWorkerColumns(): DataColumn<Worker>[] {
  const { t } = useTranslation();
  const format = useFormat();
  return [
    {
      key: 'worker',
      name: t('operator.workers.worker'),
      isPinned: true,
      cell: ({ worker }) => <span className="font-medium break-all">{worker}</span>,
    },
    {
      key: 'state',
      name: t('operator.workers.state'),
      cell: ({ isSilent }) => (
        <Badge tone={isSilent ? 'danger' : 'success'}>
          {t(isSilent ? 'operator.workers.silent' : 'operator.workers.working')}
        </Badge>
      ),
    },
    {
      key: 'pools',
      name: t('operator.workers.pools'),
      cell: ({ pools }) => format.list(pools),
    },
    { key: 'device', name: t('operator.workers.device'), cell: ({ devices }) => format.list(devices) },
    {
      key: 'running',
      name: t('operator.workers.running'),
      isNumber: true,
      cell: ({ running }) => format.number(running),
    },
    {
      key: 'seen',
      name: t('operator.workers.seen'),
      cell: ({ seenAt }) => <RelativeTime time={seenAt} />,
    },
  ];
}
