import { useInfiniteQuery } from '@tanstack/react-query';
import { useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { KeyRound, Plus } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ApiKey } from '../../api/client';
import { Button } from '../../ui/button';
import { Card } from '../../ui/card';
import { EmptyState } from '../../ui/empty-state';
import { ListCard } from '../../ui/list-card';
import { PageHeader } from '../../ui/page-header';
import { useMe } from '../auth/auth.queries';
import { apiKeyListQuery, KEY_STATUSES, readApiKeysView } from './api-keys.queries';
import { NewApiKeyDialog } from './new-api-key-dialog';
import { RevokeApiKeyDialog } from './revoke-api-key-dialog';
import { RotateApiKeyDialog } from './rotate-api-key-dialog';
import { useApiKeyColumns } from './use-api-key-columns';
import { UserTokenSecretsCard } from './user-token-secrets-card';

export function ApiKeysPage() {
  const { t } = useTranslation();
  const { can } = useMe();
  const { projectId } = useParams({ from: '/app/projects/$projectId/api-keys' });
  const navigate = useNavigate();
  const view = useSearch({ from: '/app/projects/$projectId/api-keys' });
  const apiKeys = useInfiniteQuery(apiKeyListQuery(projectId, view));
  const [isCreating, setIsCreating] = useState(false);
  const [rotating, setRotating] = useState<ApiKey | null>(null);
  const [revoking, setRevoking] = useState<ApiKey | null>(null);
  const columns = useApiKeyColumns(projectId, { onRotate: setRotating, onRevoke: setRevoking });
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
      <ListCard
        label={t('apiKeys.title')}
        query={apiKeys}
        columns={columns}
        view={view}
        onView={(next) =>
          void navigate({
            to: '/projects/$projectId/api-keys',
            params: { projectId },
            search: readApiKeysView({ ...next }),
          })
        }
        searchHint={t('apiKeys.searchHint')}
        statuses={KEY_STATUSES.map((value) => ({ value, label: t(`apiKeys.statuses.${value}`) }))}
        empty={
          <Card isFlush>
            <EmptyState icon={KeyRound} title={t('apiKeys.emptyTitle')}>
              {t('apiKeys.emptyText')}
            </EmptyState>
          </Card>
        }
      />
      <div className="mt-6">
        <UserTokenSecretsCard projectId={projectId} />
      </div>
      {isCreating && <NewApiKeyDialog projectId={projectId} onClose={() => setIsCreating(false)} />}
      {rotating && <RotateApiKeyDialog apiKey={rotating} onClose={() => setRotating(null)} />}
      {revoking && <RevokeApiKeyDialog apiKey={revoking} onClose={() => setRevoking(null)} />}
    </>
  );
}
