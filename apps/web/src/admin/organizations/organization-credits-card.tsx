import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import {
  type OrganizationCreditBalance,
  type OrganizationCreditGrant,
  organizationCreditsBalance,
  organizationCreditsConfirm,
  organizationCreditsDecline,
  organizationCreditsGrant,
  organizationCreditsList,
  unwrap,
} from '../../api/client';
import { listQuery } from '../../api/list-query';
import { CreditBalanceFacts, useCreditGrantColumns } from '../../dashboard/billing/credit-balance-facts';
import { AmountField, textOf } from '../../dashboard/billing/credits-card';
import { useFormat } from '../../i18n/use-format';
import { Button } from '../../ui/button';
import { Card } from '../../ui/card';
import { type DataColumn, DataTable } from '../../ui/data-table';
import { DateTimeField, readTime } from '../../ui/date-time-field';
import { TextAreaField } from '../../ui/field';
import { FormDialog } from '../../ui/form-dialog';
import { MoreButton } from '../../ui/more-button';
import { ProblemNotice } from '../../ui/problem-notice';
import { QueryView } from '../../ui/query-view';

const keyOf = (organizationId: string) => ['admin', 'credits', organizationId];

/** An organization's prepaid credits, and giving it more. */
export function OrganizationCreditsCard({ organizationId }: { organizationId: string }) {
  const { t } = useTranslation();
  const [isGranting, setIsGranting] = useState(false);
  const balance = useQuery({
    queryKey: [...keyOf(organizationId), 'balance'],
    queryFn: () => unwrap(organizationCreditsBalance({ path: { organizationId } })),
  });
  const grants = useInfiniteQuery(
    listQuery([...keyOf(organizationId), 'list'], (cursor) =>
      organizationCreditsList({ path: { organizationId }, query: { cursor } }),
    ),
  );
  const columns = useColumns(organizationId);
  return (
    <Card
      title={t('credits.title')}
      isFlush
      actions={<Button onClick={() => setIsGranting(true)}>{t('credits.grant')}</Button>}
    >
      <QueryView query={balance}>
        {(credits) => (
          <>
            <div className="px-5 py-4">
              <CreditBalanceFacts credits={credits} />
            </div>
            {isGranting && (
              <GrantDialog credits={credits} organizationId={organizationId} onClose={() => setIsGranting(false)} />
            )}
          </>
        )}
      </QueryView>
      <QueryView query={grants}>
        {({ pages }) => {
          const rows = pages.flatMap(({ data }) => data);
          if (rows.length === 0) return null;
          return <DataTable label={t('credits.title')} rows={rows} keyOf={({ id }) => id} columns={columns} />;
        }}
      </QueryView>
      <MoreButton query={grants} />
    </Card>
  );
}

function useCreditsChange<V>(organizationId: string, change: (value: V) => Promise<unknown>, onSuccess?: () => void) {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: change,
    onSuccess: async () => {
      await queryClient.invalidateQueries({ queryKey: keyOf(organizationId) });
      onSuccess?.();
    },
  });
}

interface GrantDialogProps {
  credits: OrganizationCreditBalance;
  organizationId: string;
  onClose: () => void;
}

function GrantDialog({ credits: { currency, aloneMax }, organizationId, onClose }: GrantDialogProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const grant = useCreditsChange(
    organizationId,
    (values: FormData) =>
      unwrap(
        organizationCreditsGrant({
          path: { organizationId },
          body: {
            amount: textOf(values, 'amount'),
            currency,
            expiresAt: readTime(values, 'expiresAt') ?? null,
            reason: textOf(values, 'reason'),
          },
        }),
      ),
    onClose,
  );
  return (
    <FormDialog
      title={t('credits.grant')}
      submitLabel={t('credits.grant')}
      onSubmit={grant.mutate}
      onClose={onClose}
      isBusy={grant.isPending}
      error={grant.error}
    >
      <AmountField name="amount" label="amount" currency={currency} />
      <p className="text-sm text-muted">{t('credits.alone', { amount: format.money(aloneMax, currency) })}</p>
      <DateTimeField label={t('credits.expiresAt')} name="expiresAt" hint={t('credits.expiresAtHint')} />
      <TextAreaField
        label={t('credits.reason')}
        name="reason"
        hint={t('creditNotes.reasonHint')}
        minLength={10}
        maxLength={500}
        required
      />
    </FormDialog>
  );
}

function useColumns(organizationId: string): DataColumn<OrganizationCreditGrant>[] {
  const { t } = useTranslation();
  return [
    ...useCreditGrantColumns<OrganizationCreditGrant>(),
    { key: 'createdBy', name: t('credits.createdBy'), cell: ({ createdBy }) => createdBy ?? '–' },
    {
      key: 'decide',
      name: t('ui.actions'),
      cell: (grant) => grant.status === 'proposed' && <Decide organizationId={organizationId} grant={grant} />,
    },
  ];
}

function Decide({ organizationId, grant }: { organizationId: string; grant: OrganizationCreditGrant }) {
  const { t } = useTranslation();
  const path = { organizationId, creditGrantId: grant.id };
  const confirm = useCreditsChange(organizationId, () => unwrap(organizationCreditsConfirm({ path })));
  const decline = useCreditsChange(organizationId, () => unwrap(organizationCreditsDecline({ path })));
  const error = confirm.error ?? decline.error;
  return (
    <div className="space-y-1">
      <div className="flex flex-wrap gap-2">
        {!grant.isYours && (
          <Button variant="primary" isBusy={confirm.isPending} onClick={() => confirm.mutate(undefined)}>
            {t('creditNotes.confirm')}
          </Button>
        )}
        <Button isBusy={decline.isPending} onClick={() => decline.mutate(undefined)}>
          {t(grant.isYours ? 'creditNotes.takeBack' : 'creditNotes.decline')}
        </Button>
      </div>
      {error && <ProblemNotice error={error} />}
    </div>
  );
}
