import { queryOptions, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { impersonationsList, impersonationsRevoke, type Impersonation, unwrap } from '../../api/client';
import { Button } from '../../ui/button';
import { Card } from '../../ui/card';
import { ProblemNotice } from '../../ui/problem-notice';
import { useMe } from '../auth/auth.queries';
import { ImpersonationsTable } from './impersonations-table';

const impersonationsQuery = queryOptions({
  queryKey: ['impersonations'],
  queryFn: () => unwrap(impersonationsList({ query: { limit: 10 } })),
});

/** When operators of the platform acted here; not there while none ever did. */
export function ImpersonationsCard() {
  const { t } = useTranslation();
  const { can } = useMe();
  const { data: found } = useQuery(impersonationsQuery);
  if (!found || found.data.length === 0) return null;
  return (
    <Card title={t('impersonation.listTitle')} hint={t('impersonation.listHint')} isFlush>
      <ImpersonationsTable
        impersonations={found.data}
        action={can('organization:write') ? (each) => <EndButton impersonation={each} /> : undefined}
      />
    </Card>
  );
}

function EndButton({ impersonation: { id, isActive } }: { impersonation: Impersonation }) {
  const { t } = useTranslation();
  const queryClient = useQueryClient();
  const end = useMutation({
    mutationFn: () => unwrap(impersonationsRevoke({ path: { impersonationId: id } })),
    onSettled: () =>
      Promise.all([
        queryClient.invalidateQueries({ queryKey: impersonationsQuery.queryKey }),
        queryClient.invalidateQueries({ queryKey: ['audit'] }),
      ]),
  });
  if (!isActive) return null;
  return (
    <>
      <Button variant="danger" isBusy={end.isPending} onClick={() => end.mutate()}>
        {t('impersonation.end')}
      </Button>
      {end.isError && <ProblemNotice error={end.error} />}
    </>
  );
}
