import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { ApiKey, Deployment } from '../../api/client';
import { Badge } from '../../ui/badge';
import { Button } from '../../ui/button';
import { classNames } from '../../ui/class-names';
import type { DataColumn } from '../../ui/data-table';
import { RelativeTime } from '../../ui/relative-time';
import { useCreatedColumn } from '../../ui/use-list-columns';
import { useMe } from '../auth/auth.queries';
import { deploymentsQuery } from '../deployments/deployments.queries';
import { nameOf } from '../projects/use-directory';
import { isLive } from './key-status';
import { KeyStatusBadge } from './key-status-badge';

interface KeyActions {
  onRotate: (apiKey: ApiKey) => void;
  onRevoke: (apiKey: ApiKey) => void;
}

/** What a list of keys shows of each. */
export function useApiKeyColumns(projectId: string, { onRotate, onRevoke }: KeyActions): DataColumn<ApiKey>[] {
  const { t } = useTranslation();
  const createdColumn = useCreatedColumn<ApiKey>();
  const { can } = useMe();
  const { data: deployments = [] } = useQuery(deploymentsQuery(projectId));
  const actions: DataColumn<ApiKey> = {
    key: 'actions',
    name: t('ui.actions'),
    isPinned: true,
    cell: (apiKey) =>
      isLive(apiKey) && (
        <span className="flex justify-end gap-2">
          <Button aria-label={t('apiKeys.rotateNamed', { key: apiKey.name })} onClick={() => onRotate(apiKey)}>
            {t('apiKeys.rotate')}
          </Button>
          <Button aria-label={t('apiKeys.revokeNamed', { key: apiKey.name })} onClick={() => onRevoke(apiKey)}>
            {t('apiKeys.revoke')}
          </Button>
        </span>
      ),
  };
  return [
    {
      key: 'name',
      name: t('apiKeys.key'),
      isPinned: true,
      isSortable: true,
      startsAscending: true,
      cell: (apiKey) => (
        <div className={classNames('sm:min-w-40', !isLive(apiKey) && 'text-muted')}>
          <span className="flex flex-wrap items-center gap-x-2 font-medium max-sm:justify-end">
            {apiKey.name}
            {apiKey.kind === 'publishable' && <Badge>{t('keyKinds.publishable')}</Badge>}
            <Badge tone={apiKey.mode === 'live' ? 'accent' : 'neutral'}>{t(`keyModes.${apiKey.mode}`)}</Badge>
          </span>
          <span className="font-mono text-xs text-muted">{apiKey.prefix}…</span>
        </div>
      ),
    },
    { key: 'status', name: t('apiKeys.status'), cell: (apiKey) => <KeyStatusBadge apiKey={apiKey} /> },
    {
      key: 'scopes',
      name: t('apiKeys.scopes'),
      cell: (apiKey) => (
        <div className="sm:min-w-44">
          <span className="flex flex-wrap gap-1 max-sm:justify-end">
            {apiKey.scopes.map((scope) => (
              <Badge key={scope}>{t(`scopes.${scope}`, { nsSeparator: false })}</Badge>
            ))}
          </span>
          <Restrictions apiKey={apiKey} deployments={deployments} />
        </div>
      ),
    },
    {
      key: 'lastUsedAt',
      name: t('apiKeys.lastUsed'),
      isSortable: true,
      cell: ({ lastUsedAt }) => (lastUsedAt ? <RelativeTime time={lastUsedAt} /> : t('apiKeys.neverUsed')),
    },
    createdColumn,
    ...(can('api-keys:write') ? [actions] : []),
  ];
}

/** A key's restrictions besides its scopes. */
function Restrictions({ apiKey, deployments }: { apiKey: ApiKey; deployments: Deployment[] }) {
  const { t } = useTranslation();
  const { deploymentIds, allowedAddresses, allowedOrigins } = apiKey;
  const names = deploymentIds.map((id) => nameOf(deployments, id)).join(', ');
  return (
    <>
      {names && <p className="mt-1 text-xs text-muted">{t('apiKeys.onlyDeployments', { names })}</p>}
      {allowedOrigins.length > 0 && (
        <p className="mt-1 text-xs break-words text-muted">
          {t('apiKeys.onlyOrigins', { origins: allowedOrigins.join(', ') })}
        </p>
      )}
      {allowedAddresses.length > 0 && (
        <p className="mt-1 text-xs break-words text-muted">
          {t('apiKeys.onlyAddresses', { addresses: allowedAddresses.join(', ') })}
        </p>
      )}
    </>
  );
}
