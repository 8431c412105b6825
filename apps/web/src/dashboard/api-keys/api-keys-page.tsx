import { useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { KeyRound, Plus } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ApiKey } from '../../api/client';
import { Button } from '../../ui/button';
import { Card } from '../../ui/card';
import { EmptyState } from '../../ui/empty-state';
import { PageHeader } from '../../ui/page-header';
import { QueryView } from '../../ui/query-view';
import { useMe } from '../auth/auth.queries';
import { ApiKeysTable } from './api-keys-table';
import { apiKeysQuery } from './api-keys.queries';
import { NewApiKeyDialog } from './new-api-key-dialog';
import { RevokeApiKeyDialog } from './revoke-api-key-dialog';
import { RotateApiKeyDialog } from './rotate-api-key-dialog';

export function ApiKeysPage() {
  const { t } = useTranslation();
  const { can } = useMe();
  const { projectId } = useParams({ from: '/app/projects/$projectId/api-keys' });
  const apiKeys = useQuery(apiKeysQuery(projectId));
  const [isCreating, setIsCreating] = useState(false);
  const [rotating, setRotating] = useState<ApiKey | null>(null);
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
              <ApiKeysTable projectId={projectId} apiKeys={rows} onRotate={setRotating} onRevoke={setRevoking} />
            )}
          </Card>
        )}
      </QueryView>
      {isCreating && <NewApiKeyDialog projectId={projectId} onClose={() => setIsCreating(false)} />}
      {rotating && <RotateApiKeyDialog apiKey={rotating} onClose={() => setRotating(null)} />}
      {revoking && <RevokeApiKeyDialog apiKey={revoking} onClose={() => setRevoking(null)} />}
    </>
  );
}
