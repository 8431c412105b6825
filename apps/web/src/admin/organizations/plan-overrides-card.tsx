import { queryOptions, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import {
  type OrganizationAccount,
  type PlanOverride,
  planOverridesDelete,
  planOverridesList,
  planOverridesPut,
  type PlanOverridesPutData,
  unwrap,
} from '../../api/client';
import { limitWords } from '../../dashboard/limits/use-limit-words';
import { useFormat } from '../../i18n/use-format';
import { useTerms } from '../../i18n/use-terms';
import { Button } from '../../ui/button';
import { Card } from '../../ui/card';
import { type DataColumn, DataTable } from '../../ui/data-table';
import { DateTimeField, readTime } from '../../ui/date-time-field';
import { SelectField, TextAreaField, TextField } from '../../ui/field';
import { FormDialog } from '../../ui/form-dialog';
import { ProblemNotice } from '../../ui/problem-notice';
import { QueryView } from '../../ui/query-view';

const KINDS = ['limit', 'included'] as const;

const overridesQuery = (organizationId: string) =>
  queryOptions({
    queryKey: ['admin', 'organization', organizationId, 'plan-overrides'],
    queryFn: () => unwrap(planOverridesList({ path: { organizationId } })),
  });

/** What this organization has in place of what its plan says. */
export function PlanOverridesCard({ account }: { account: OrganizationAccount }) {
  const { t } = useTranslation();
  const [isAdding, setIsAdding] = useState(false);
  const overrides = useQuery(overridesQuery(account.id));
  const columns = useColumns(account);
  return (
    <Card
      title={t('planOverrides.title')}
      isFlush
      actions={<Button onClick={() => setIsAdding(true)}>{t('planOverrides.add')}</Button>}
    >
      <QueryView query={overrides}>
        {({ data }) =>
          data.length === 0 ? (
            <p className="px-5 py-4 text-muted">{t('planOverrides.none')}</p>
          ) : (
            <DataTable label={t('planOverrides.title')} rows={data} keyOf={({ id }) => id} columns={columns} />
          )
        }
      </QueryView>
      {isAdding && <OverrideDialog account={account} onClose={() => setIsAdding(false)} />}
    </Card>
  );
}

function useOverridesChange<T>(change: (value: T) => Promise<unknown>, onSuccess?: () => void) {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: change,
    onSuccess: async () => {
      await queryClient.invalidateQueries({ queryKey: ['admin', 'organization'] });
      onSuccess?.();
    },
  });
}

function useResources({ limits, upcomingInvoice }: OrganizationAccount) {
  const metered = upcomingInvoice.lines.flatMap(({ meter }) => meter ?? []);
  const ofPlan = limits.uses.filter(({ setBy }) => setBy === 'plan').map(({ resource }) => resource);
  return [...new Set([...ofPlan, ...metered])];
}

function OverrideDialog({ account, onClose }: { account: OrganizationAccount; onClose: () => void }) {
  const { t } = useTranslation();
  const words = limitWords(t, useFormat(), useTerms(), account.limits.currency, account);
  const resources = useResources(account);
  const put = useOverridesChange(
    (body: PlanOverridesPutData['body']) => unwrap(planOverridesPut({ path: { organizationId: account.id }, body })),
    onClose,
  );
  const submit = (values: FormData) => {
    const text = (name: string) => String(values.get(name));
    put.mutate({
      kind: text('kind') as PlanOverride['kind'],
      resource: text('resource'),
      quantity: text('quantity').trim(),
      reason: text('reason'),
      endsAt: readTime(values, 'endsAt') ?? null,
    });
  };
  return (
    <FormDialog
      title={t('planOverrides.add')}
      submitLabel={t('planOverrides.save')}
      onSubmit={submit}
      onClose={onClose}
      isBusy={put.isPending}
      error={put.error}
    >
      <SelectField label={t('planOverrides.kind')} name="kind">
        {KINDS.map((kind) => (
          <option key={kind} value={kind}>
            {t(`planOverrides.kinds.${kind}`)}
          </option>
        ))}
      </SelectField>
      <SelectField label={t('planOverrides.resource')} name="resource">
        {resources.map((resource) => (
          <option key={resource} value={resource}>
            {words.resource(resource)}
          </option>
        ))}
      </SelectField>
      <TextField label={t('planOverrides.quantity')} name="quantity" inputMode="decimal" required autoComplete="off" />
      <DateTimeField label={t('planOverrides.endsAt')} name="endsAt" hint={t('planOverrides.endsAtHint')} />
      <TextAreaField label={t('impersonation.reason')} name="reason" minLength={10} maxLength={500} required />
    </FormDialog>
  );
}

function useColumns(account: OrganizationAccount): DataColumn<PlanOverride>[] {
  const { t } = useTranslation();
  const format = useFormat();
  const words = limitWords(t, format, useTerms(), account.limits.currency, account);
  return [
    {
      key: 'resource',
      name: t('planOverrides.resource'),
      cell: ({ resource, kind }) => (
        <>
          <p className="font-medium">{words.resource(resource)}</p>
          <p className="text-xs text-muted">{t(`planOverrides.kinds.${kind}`)}</p>
        </>
      ),
    },
    {
      key: 'quantity',
      name: t('planOverrides.quantity'),
      isNumber: true,
      cell: ({ resource, quantity }) => words.quantity(resource, quantity),
    },
    {
      key: 'reason',
      name: t('impersonation.reason'),
      cell: ({ reason }) => <p className="max-w-md wrap-anywhere">{reason}</p>,
    },
    {
      key: 'endsAt',
      name: t('planOverrides.endsAt'),
      cell: ({ endsAt }) => (endsAt ? format.dateTime(endsAt) : t('planOverrides.forGood')),
    },
    { key: 'delete', name: t('ui.actions'), cell: ({ id }) => <DeleteButton organizationId={account.id} id={id} /> },
  ];
}

function DeleteButton({ organizationId, id }: { organizationId: string; id: string }) {
  const { t } = useTranslation();
  const remove = useOverridesChange(() => unwrap(planOverridesDelete({ path: { organizationId, overrideId: id } })));
  return (
    <>
      <Button isBusy={remove.isPending} onClick={() => remove.mutate(undefined)}>
        {t('ui.delete')}
      </Button>
      {remove.isError && <ProblemNotice error={remove.error} />}
    </>
  );
}
