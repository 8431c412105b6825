import { Link } from '@tanstack/react-router';
import { Fragment } from 'react';
import { useTranslation } from 'react-i18next';
import type { RequestLogEntry } from '../../api/client';
import { useFormat } from '../../i18n/use-format';
import { Badge, type Tone } from '../../ui/badge';
import { type DataColumn, DataTable } from '../../ui/data-table';
import { type Directory, nameOf } from '../projects/use-directory';

interface RequestLogTableProps {
  entries: RequestLogEntry[];
  directory: Directory;
  onOpen: (entry: RequestLogEntry) => void;
}

export function RequestLogTable({ entries, directory, onOpen }: RequestLogTableProps) {
  const { t } = useTranslation();
  const columns = useColumns(directory);
  return (
    <DataTable label={t('requestLog.title')} columns={columns} rows={entries} keyOf={({ id }) => id} onOpen={onOpen} />
  );
}

function useColumns({ projects, apiKeys, deployments }: Directory): DataColumn<RequestLogEntry>[] {
  const { t } = useTranslation();
  const format = useFormat();
  return [
    {
      key: 'time',
      name: t('requestLog.time'),
      cell: ({ id, occurredAt }) => (
        <Link
          to="/request-log"
          search={(search) => ({ ...search, call: id })}
          resetScroll={false}
          data-call={id}
          className="inline-flex min-h-6 items-center underline-offset-2 sm:min-w-24 xl:whitespace-nowrap hover:underline"
        >
          {format.timestamp(occurredAt)}
        </Link>
      ),
    },
    {
      key: 'status',
      name: t('requestLog.status'),
      cell: ({ status, errorCode }) => (
        <>
          <Badge tone={toneOf(status)}>{status}</Badge>
          {errorCode && <p className="mt-0.5 text-xs text-muted">{errorCode}</p>}
        </>
      ),
    },
    {
      key: 'call',
      name: t('requestLog.call'),
      cell: ({ method, path }) => (
        <p className="font-mono text-xs wrap-anywhere sm:min-w-40">
          {method} <Path path={path} />
        </p>
      ),
    },
    {
      key: 'latency',
      name: t('requestLog.latency'),
      isNumber: true,
      cell: ({ durationMs }) => t('requestLog.milliseconds', { duration: durationMs }),
    },
    {
      key: 'key',
      name: t('requestLog.key'),
      cell: ({ apiKeyId }) => <Name name={apiKeyId ? nameOf(apiKeys, apiKeyId) : t('requestLog.fromDashboard')} />,
    },
    {
      key: 'project',
      name: t('requestLog.project'),
      cell: ({ projectId, deploymentId }) => (
        <>
          <Name name={nameOf(projects, projectId)} />
          {deploymentId && (
            <div className="text-xs text-muted">
              <Name name={nameOf(deployments, deploymentId)} />
            </div>
          )}
        </>
      ),
    },
  ];
}

/** On one line, so that no row changes its height when names come in the place of ids. */
function Name({ name }: { name: string }) {
  return (
    <p title={name} className="truncate sm:w-18 xl:w-28">
      {name}
    </p>
  );
}

/** Breaks after a slash where it must. */
export function Path({ path }: { path: string }) {
  return path.split('/').map((part, place) => (
    // oxlint-disable-next-line react/no-array-index-key -- parts have no identity but their place
    <Fragment key={place}>
      {place > 0 && (
        <>
          /<wbr />
        </>
      )}
      {part}
    </Fragment>
  ));
}

export function toneOf(status: number): Tone {
  if (status >= 500) return 'danger';
  return status >= 400 ? 'warning' : 'success';
}
