import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { ApiKey, Deployment } from '../../api/client';
import { useFormat } from '../../i18n/use-format';
import { Badge } from '../../ui/badge';
import { Button } from '../../ui/button';
import { Cell, HeaderCell, Table } from '../../ui/table';
import { useMe } from '../auth/auth.queries';
import { deploymentsQuery } from '../deployments/deployments.queries';
import { nameOf } from '../projects/use-directory';
import { isLive } from './key-status';
import { KeyStatusBadge } from './key-status-badge';

interface ApiKeysTableProps {
  projectId: string;
  apiKeys: ApiKey[];
  onRotate: (apiKey: ApiKey) => void;
  onRevoke: (apiKey: ApiKey) => void;
}

export function ApiKeysTable({ projectId, apiKeys, onRotate, onRevoke }: ApiKeysTableProps) {
  const { t } = useTranslation();
  const { can } = useMe();
  const format = useFormat();
  const { data: deployments = [] } = useQuery(deploymentsQuery(projectId));
  return (
    <Table label={t('apiKeys.title')}>
      <thead>
        <tr>
          <HeaderCell>{t('apiKeys.key')}</HeaderCell>
          <HeaderCell>{t('apiKeys.status')}</HeaderCell>
          <HeaderCell>{t('apiKeys.scopes')}</HeaderCell>
          <HeaderCell>{t('apiKeys.lastUsed')}</HeaderCell>
          <HeaderCell>{t('ui.created')}</HeaderCell>
          <HeaderCell>
            <span className="sr-only">{t('ui.actions')}</span>
          </HeaderCell>
        </tr>
      </thead>
      <tbody>
        {apiKeys.map((apiKey) => (
          <tr key={apiKey.id} className={isLive(apiKey) ? undefined : 'text-muted'}>
            <Cell className="min-w-44">
              <span className="flex flex-wrap items-center gap-x-2 font-medium">
                {apiKey.name}
                <Badge tone={apiKey.mode === 'live' ? 'accent' : 'neutral'}>{t(`keyModes.${apiKey.mode}`)}</Badge>
              </span>
              <span className="font-mono text-xs text-muted">{apiKey.prefix}…</span>
            </Cell>
            <Cell>
              <KeyStatusBadge apiKey={apiKey} />
            </Cell>
            <Cell className="min-w-52">
              <span className="flex flex-wrap gap-1">
                {apiKey.scopes.map((scope) => (
                  <Badge key={scope}>{t(`scopes.${scope}`, { nsSeparator: false })}</Badge>
                ))}
              </span>
              <Restrictions apiKey={apiKey} deployments={deployments} />
            </Cell>
            <Cell className="min-w-36">
              {apiKey.lastUsedAt ? format.dateTime(apiKey.lastUsedAt) : t('apiKeys.neverUsed')}
            </Cell>
            <Cell className="min-w-36">{format.dateTime(apiKey.createdAt)}</Cell>
            <Cell className="text-right">
              {isLive(apiKey) && can('api-keys:write') && (
                <span className="flex justify-end gap-2">
                  <Button aria-label={t('apiKeys.rotateNamed', { key: apiKey.name })} onClick={() => onRotate(apiKey)}>
                    {t('apiKeys.rotate')}
                  </Button>
                  <Button aria-label={t('apiKeys.revokeNamed', { key: apiKey.name })} onClick={() => onRevoke(apiKey)}>
                    {t('apiKeys.revoke')}
                  </Button>
                </span>
              )}
            </Cell>
          </tr>
        ))}
      </tbody>
    </Table>
  );
}

/** A key's restrictions besides its scopes. */
function Restrictions({ apiKey, deployments }: { apiKey: ApiKey; deployments: Deployment[] }) {
  const { t } = useTranslation();
  const { deploymentIds, allowedAddresses } = apiKey;
  const names = deploymentIds.map((id) => nameOf(deployments, id)).join(', ');
  return (
    <>
      {names && <p className="mt-1 text-xs text-muted">{t('apiKeys.onlyDeployments', { names })}</p>}
      {allowedAddresses.length > 0 && (
        <p className="mt-1 text-xs break-words text-muted">
          {t('apiKeys.onlyAddresses', { addresses: allowedAddresses.join(', ') })}
        </p>
      )}
    </>
  );
}
