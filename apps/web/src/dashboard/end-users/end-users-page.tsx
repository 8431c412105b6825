import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { UserX } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { buildUrl, endUsersErase, type Erasure, unwrap } from '../../api/client';
import { useFormat } from '../../i18n/use-format';
import { Badge } from '../../ui/badge';
import { Button, buttonClass } from '../../ui/button';
import { Card } from '../../ui/card';
import { EmptyState } from '../../ui/empty-state';
import { TextField } from '../../ui/field';
import { DeleteDialog } from '../../ui/manage-actions';
import { PageHeader } from '../../ui/page-header';
import { QueryView } from '../../ui/query-view';
import { Cell, HeaderCell, Table } from '../../ui/table';
import { useMe } from '../auth/auth.queries';
import { erasuresQuery } from './end-users.queries';

/** The rights of end users: to get a copy of their data, and to have it erased. */
export function EndUsersPage() {
  const { t } = useTranslation();
  const { can } = useMe();
  const { projectId } = useParams({ from: '/app/projects/$projectId/end-users' });
  const erasures = useQuery(erasuresQuery(projectId));
  return (
    <>
      <PageHeader
        title={t('endUsers.title')}
        hint={can('project:write') ? t('endUsers.hint') : t('endUsers.hintReadOnly')}
      />
      <div className="space-y-5">
        {can('project:write') && <PersonCard projectId={projectId} />}
        <Card title={t('endUsers.receipts')} hint={t('endUsers.receiptsHint')} isFlush>
          <QueryView query={erasures}>
            {(rows) =>
              rows.length === 0 ? (
                <EmptyState icon={UserX} title={t('endUsers.emptyTitle')}>
                  {can('project:write') ? t('endUsers.emptyText') : t('endUsers.emptyTextReadOnly')}
                </EmptyState>
              ) : (
                <Receipts erasures={rows} />
              )
            }
          </QueryView>
        </Card>
      </div>
    </>
  );
}

function PersonCard({ projectId }: { projectId: string }) {
  const { t } = useTranslation();
  const queryClient = useQueryClient();
  const [userId, setUserId] = useState('');
  const [isErasing, setErasing] = useState(false);
  const erase = useMutation({
    mutationFn: () => unwrap(endUsersErase({ path: { projectId, userId } })),
    onSuccess: async () => {
      await queryClient.invalidateQueries({ queryKey: erasuresQuery(projectId).queryKey });
      setUserId('');
    },
  });
  const exportUrl = buildUrl({ url: '/v1/projects/{projectId}/users/{userId}', path: { projectId, userId } });
  return (
    <Card title={t('endUsers.person')} hint={t('endUsers.personHint')}>
      <div className="flex flex-wrap items-end gap-3">
        <TextField
          label={t('endUsers.userId')}
          name="userId"
          value={userId}
          maxLength={256}
          onChange={(event) => setUserId(event.target.value)}
          autoComplete="off"
        />
        {userId !== '' && (
          <a href={exportUrl} download className={buttonClass('secondary')}>
            {t('endUsers.export')}
          </a>
        )}
        <Button variant="danger" disabled={userId === ''} onClick={() => setErasing(true)}>
          {t('endUsers.erase')}
        </Button>
      </div>
      {isErasing && (
        <DeleteDialog
          name={userId}
          text={t('endUsers.eraseText')}
          submitLabel={t('endUsers.erase')}
          onDelete={() => erase.mutateAsync()}
          onClose={() => setErasing(false)}
        />
      )}
    </Card>
  );
}

function Receipts({ erasures }: { erasures: Erasure[] }) {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <Table label={t('endUsers.receipts')}>
      <thead>
        <tr>
          <HeaderCell>{t('endUsers.asked')}</HeaderCell>
          <HeaderCell>{t('endUsers.status')}</HeaderCell>
          <HeaderCell isNumber>{t('endUsers.rows')}</HeaderCell>
          <HeaderCell isNumber>{t('endUsers.modelVersions')}</HeaderCell>
          <HeaderCell isNumber>{t('endUsers.texts')}</HeaderCell>
        </tr>
      </thead>
      <tbody>
        {erasures.map(({ id, createdAt, completedAt, receipt }) => (
          <tr key={id}>
            <Cell className="whitespace-nowrap">{format.dateTime(createdAt)}</Cell>
            <Cell>
              <Badge tone={completedAt ? 'success' : 'neutral'}>
                {completedAt ? t('endUsers.completed', { date: format.dateTime(completedAt) }) : t('endUsers.pending')}
              </Badge>
            </Cell>
            <Cell isNumber>{format.number(receipt.rows ?? 0)}</Cell>
            <Cell isNumber>{format.number(receipt.modelVersions ?? 0)}</Cell>
            <Cell isNumber>{format.number(receipt.texts ?? 0)}</Cell>
          </tr>
        ))}
      </tbody>
    </Table>
  );
}
