import { useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { KeyRound, Plus } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ApiKey } from '../../api/client';
import { useFormat } from '../../i18n/use-format';
import { Badge } from '../../ui/badge';
import { Button } from '../../ui/button';
import { Card } from '../../ui/card';
import { EmptyState } from '../../ui/empty-state';
import { PageHeader } from '../../ui/page-header';
import { QueryView } from '../../ui/query-view';
import { Cell, HeaderCell, Table } from '../../ui/table';
import { useMe } from '../auth/auth.queries';
import { apiKeysQuery } from './api-keys.queries';
import { NewApiKeyDialog } from './new-api-key-dialog';
import { RevokeApiKeyDialog } from './revoke-api-key-dialog';

export function ApiKeysPage() {
  const { t } = useTranslation();
  const { can } = useMe();
  const { projectId } = useParams({ from: '/app/projects/$projectId/api-keys' });
  const apiKeys = useQuery(apiKeysQuery(projectId));
  const [isCreating, setIsCreating] = useState(false);
  const [revoking, setRevoking] = useState<ApiKey | null>(null);
  return (
    <>
      <PageHeader
        title={t('apiKeys.title')}
        hint={t('apiKeys.hint')}
        actions={
          can('api-keys:write') && (
            <Button variant="primary" onClick={() => setIsCreating(true)}>
              <Plus aria-hidden />
              {t('apiKeys.new')}
            </Button>
          )
        }
      />
      <QueryView query={apiKeys}>
        {(rows) => (
          <Card isFlush>
            {rows.length === 0 ? (
              <EmptyState icon={KeyRound} title={t('apiKeys.emptyTitle')}>
                {t('apiKeys.emptyText')}
              </EmptyState>
            ) : (
              <ApiKeysTable apiKeys={rows} onRevoke={setRevoking} />
            )}
          </Card>
        )}
      </QueryView>
      {isCreating && <NewApiKeyDialog projectId={projectId} onClose={() => setIsCreating(false)} />}
      {revoking && <RevokeApiKeyDialog apiKey={revoking} onClose={() => setRevoking(null)} />}
    </>
  );
}

function ApiKeysTable({ apiKeys, onRevoke }: { apiKeys: ApiKey[]; onRevoke: (apiKey: ApiKey) => void }) {
  const { t } = useTranslation();
  const { can } = useMe();
  const format = useFormat();
  return (
    <Table label={t('apiKeys.title')}>
      <thead>
        <tr>
          <HeaderCell>{t('ui.name')}</HeaderCell>
          <HeaderCell>{t('apiKeys.key')}</HeaderCell>
          <HeaderCell>{t('apiKeys.scopes')}</HeaderCell>
          <HeaderCell>{t('ui.created')}</HeaderCell>
          <HeaderCell>
            <span className="sr-only">{t('ui.actions')}</span>
          </HeaderCell>
        </tr>
      </thead>
      <tbody>
        {apiKeys.map((apiKey) => (
          <tr key={apiKey.id} className={apiKey.revokedAt ? 'text-muted' : undefined}>
            <Cell className="font-medium">{apiKey.name}</Cell>
            <Cell className="font-mono text-xs">{apiKey.prefix}…</Cell>
            <Cell>
              <span className="flex flex-wrap gap-1">
                {apiKey.scopes.map((scope) => (
                  <Badge key={scope}>{t(`scopes.${scope}`, { nsSeparator: false })}</Badge>
                ))}
              </span>
            </Cell>
            <Cell className="whitespace-nowrap">{format.dateTime(apiKey.createdAt)}</Cell>
            <Cell className="text-right whitespace-nowrap">
              {apiKey.revokedAt ? (
                <Badge>{t('apiKeys.revokedAt', { date: format.date(apiKey.revokedAt) })}</Badge>
              ) : (
                can('api-keys:write') && (
                  <Button aria-label={t('apiKeys.revokeNamed', { key: apiKey.name })} onClick={() => onRevoke(apiKey)}>
                    {t('apiKeys.revoke')}
                  </Button>
                )
              )}
            </Cell>
          </tr>
        ))}
      </tbody>
    </Table>
  );
}
