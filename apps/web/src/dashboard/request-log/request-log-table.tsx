import { useTranslation } from 'react-i18next';
import type { RequestLogEntry } from '../../api/client';
import { useFormat } from '../../i18n/use-format';
import { Badge, type Tone } from '../../ui/badge';
import { Cell, HeaderCell, Table } from '../../ui/table';
import { type Directory, nameOf } from '../projects/use-directory';

interface RequestLogTableProps {
  entries: RequestLogEntry[];
  directory: Directory;
}

export function RequestLogTable({ entries, directory }: RequestLogTableProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const { projects, apiKeys, deployments } = directory;
  return (
    <Table label={t('requestLog.title')}>
      <thead>
        <tr>
          <HeaderCell>{t('requestLog.time')}</HeaderCell>
          <HeaderCell>{t('requestLog.status')}</HeaderCell>
          <HeaderCell>{t('requestLog.call')}</HeaderCell>
          <HeaderCell isNumber>{t('requestLog.latency')}</HeaderCell>
          <HeaderCell>{t('requestLog.key')}</HeaderCell>
          <HeaderCell>{t('requestLog.project')}</HeaderCell>
        </tr>
      </thead>
      <tbody>
        {entries.map((entry) => (
          <tr key={entry.id}>
            <Cell className="whitespace-nowrap">{format.timestamp(entry.occurredAt)}</Cell>
            <Cell>
              <Badge tone={toneOf(entry.status)}>{entry.status}</Badge>
              {entry.errorCode && <p className="mt-0.5 text-xs text-muted">{entry.errorCode}</p>}
            </Cell>
            <Cell className="font-mono text-xs">
              <p className="min-w-56 break-words">
                {entry.method} {entry.route}
              </p>
              <p className="text-muted">{entry.requestId}</p>
            </Cell>
            <Cell isNumber>{t('requestLog.milliseconds', { duration: entry.durationMs })}</Cell>
            <Cell>{nameOf(apiKeys, entry.apiKeyId)}</Cell>
            <Cell>
              {nameOf(projects, entry.projectId)}
              {entry.deploymentId && <p className="text-xs text-muted">{nameOf(deployments, entry.deploymentId)}</p>}
            </Cell>
          </tr>
        ))}
      </tbody>
    </Table>
  );
}

function toneOf(status: number): Tone {
  if (status >= 500) return 'danger';
  return status >= 400 ? 'warning' : 'success';
}
