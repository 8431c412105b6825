import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { HandCoins } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import {
  type OverdueList,
  overdueExtendGrace,
  type OverdueExtendGraceData,
  type OverdueOrganization,
  overdueRemind,
  unwrap,
} from '../../api/client';
import { useFormat } from '../../i18n/use-format';
import { Badge, type Tone } from '../../ui/badge';
import { Button } from '../../ui/button';
import { Card } from '../../ui/card';
import { CsvLink } from '../../ui/csv-link';
import { type DataColumn, DataTable } from '../../ui/data-table';
import { DateTimeField, readTime } from '../../ui/date-time-field';
import { EmptyState } from '../../ui/empty-state';
import { TextAreaField } from '../../ui/field';
import { FormDialog } from '../../ui/form-dialog';
import { PageHeader } from '../../ui/page-header';
import { ProblemNotice } from '../../ui/problem-notice';
import { QueryView } from '../../ui/query-view';
import { RelativeTime } from '../../ui/relative-time';
import { Select } from '../../ui/select';
import { useOrganizationColumn } from '../organization-column';
import {
  OVERDUE_KEY,
  overdueCsvUrl,
  overdueQuery,
  type OverdueView,
  readOverdueView,
  SORTS,
  STAGES,
} from './overdue.queries';

const TONES: Record<OverdueOrganization['stage'], Tone> = {
  grace: 'neutral',
  restricted: 'warning',
  read_only: 'danger',
};

/** Who has not paid, what is withheld of them, and what may be done about it. */
export function OverduePage() {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const view = useSearch({ from: '/app/admin/overdue' });
  const overdue = useQuery(overdueQuery(view));
  const show = (next: Record<string, unknown>) =>
    void navigate({ to: '/admin/overdue', search: readOverdueView(next) });
  return (
    <>
      <PageHeader
        title={t('operator.overdue.title')}
        hint={t('operator.overdue.hint')}
        actions={
          <>
            <Select
              aria-label={t('operator.overdue.stage')}
              value={view.stage ?? ''}
              onChange={({ target }) => show({ ...view, stage: target.value })}
            >
              <option value="">{t('operator.overdue.anyStage')}</option>
              {STAGES.map((stage) => (
                <option key={stage} value={stage}>
                  {t(`operator.overdue.stages.${stage}`)}
                </option>
              ))}
            </Select>
            <Select
              aria-label={t('operator.overdue.sort')}
              value={view.sort ?? 'age'}
              onChange={({ target }) => show({ ...view, sort: target.value })}
            >
              {SORTS.map((sort) => (
                <option key={sort} value={sort}>
                  {t(`operator.overdue.sorts.${sort}`)}
                </option>
              ))}
            </Select>
            <CsvLink href={overdueCsvUrl(view)} />
          </>
        }
      />
      <QueryView query={overdue}>
        {(found) => (
          <div className="space-y-5">
            <StagesCard overdue={found} />
            <OrganizationsCard overdue={found} view={view} />
          </div>
        )}
      </QueryView>
    </>
  );
}

/** How many are in each stage, and what they owe. */
function StagesCard({ overdue: { stages } }: { overdue: OverdueList }) {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <Card>
      <ul className="grid gap-x-6 gap-y-4 sm:grid-cols-3">
        {stages.map(({ stage, organizations, due }) => (
          <li key={stage}>
            <Badge tone={TONES[stage]}>{t(`operator.overdue.stages.${stage}`)}</Badge>
            <p className="mt-1.5 text-2xl font-semibold tracking-tight tabular-nums">{format.number(organizations)}</p>
            <p className="text-muted tabular-nums">
              {due.map(({ currency, amount }) => format.money(amount, currency)).join(' · ') || '—'}
            </p>
          </li>
        ))}
      </ul>
    </Card>
  );
}

function OrganizationsCard({ overdue: { stages, data }, view }: { overdue: OverdueList; view: OverdueView }) {
  const { t } = useTranslation();
  const [given, setGiven] = useState<OverdueOrganization>();
  const columns = useColumns(setGiven);
  const chosen = stages.filter(({ stage }) => !view.stage || stage === view.stage);
  const count = chosen.reduce((sum, { organizations }) => sum + organizations, 0);
  return (
    <Card isFlush>
      {data.length === 0 ? (
        <EmptyState icon={HandCoins} title={t('operator.overdue.none')}>
          {t('operator.overdue.noneText')}
        </EmptyState>
      ) : (
        <DataTable
          label={t('operator.overdue.title')}
          rows={data}
          keyOf={({ organization }) => organization.id}
          columns={columns}
        />
      )}
      {count > data.length && (
        <p className="border-t border-line px-5 py-2.5 text-xs text-muted">
          {t('operator.overdue.more', { shown: data.length, count })}
        </p>
      )}
      {given && <GraceDialog overdue={given} onClose={() => setGiven(undefined)} />}
    </Card>
  );
}

function useColumns(onGive: (overdue: OverdueOrganization) => void): DataColumn<OverdueOrganization>[] {
  const { t } = useTranslation();
  const format = useFormat();
  return [
    { ...useOrganizationColumn(), isPinned: true },
    {
      key: 'due',
      name: t('operator.overdue.due'),
      isNumber: true,
      cell: ({ due, invoices }) => (
        <>
          {due.length === 0 && '—'}
          {due.map(({ currency, amount }) => (
            <p key={currency} className="font-medium">
              {format.money(amount, currency)}
            </p>
          ))}
          {invoices.map((invoice) => (
            <p key={invoice.stripeInvoiceId} className="text-xs">
              {invoice.hostedInvoiceUrl ? (
                <a href={invoice.hostedInvoiceUrl} target="_blank" rel="noreferrer" className="text-accent underline">
                  {invoice.number ?? invoice.stripeInvoiceId}
                </a>
              ) : (
                (invoice.number ?? invoice.stripeInvoiceId)
              )}
            </p>
          ))}
        </>
      ),
    },
    {
      key: 'since',
      name: t('operator.overdue.since'),
      cell: ({ since, isRenewal }) => (
        <>
          <RelativeTime time={since} />
          <p className="text-xs text-muted">{t(`operator.overdue.of.${isRenewal ? 'fee' : 'usage'}`)}</p>
        </>
      ),
    },
    {
      key: 'stage',
      name: t('operator.overdue.stage'),
      cell: ({ stage, next, graceUntil }) => (
        <>
          <Badge tone={TONES[stage]}>{t(`operator.overdue.stages.${stage}`)}</Badge>
          {next && (
            <p className="mt-0.5 text-xs text-muted">
              {t(`operator.overdue.next.${next.stage}`, { date: format.date(next.at) })}
            </p>
          )}
          {graceUntil && <p className="text-xs text-muted">{t('operator.overdue.given')}</p>}
        </>
      ),
    },
    {
      key: 'failure',
      name: t('operator.overdue.failure'),
      cell: ({ failure }) =>
        failure ? (
          <>
            <p className="max-w-56 wrap-anywhere">{failure.message ?? '—'}</p>
            <code className="text-xs text-muted">{failure.declineCode ?? failure.code}</code>
          </>
        ) : (
          '—'
        ),
    },
    {
      key: 'mail',
      name: t('operator.overdue.lastMail'),
      cell: ({ lastMail, remindedAt }) => (
        <>
          {lastMail ? t(`operator.overdue.mails.${lastMail.template}`) : '—'}
          {lastMail && (
            <span className="block text-xs text-muted">
              <RelativeTime time={lastMail.at} />
            </span>
          )}
          {remindedAt && (
            <span className="block text-xs text-muted">
              {t('operator.overdue.reminded', { date: format.dateTime(remindedAt) })}
            </span>
          )}
        </>
      ),
    },
    {
      key: 'actions',
      name: t('ui.actions'),
      cell: (overdue) => (
        <div className="flex flex-wrap gap-2 max-sm:justify-end">
          <RemindButton overdue={overdue} />
          <Button onClick={() => onGive(overdue)}>{t('operator.overdue.give')}</Button>
        </div>
      ),
    },
  ];
}

function useOverdueChange<T>(change: (value: T) => Promise<unknown>, onSuccess?: () => void) {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: change,
    onSuccess: async () => {
      await queryClient.invalidateQueries({ queryKey: OVERDUE_KEY });
      onSuccess?.();
    },
  });
}

function RemindButton({ overdue: { organization } }: { overdue: OverdueOrganization }) {
  const { t } = useTranslation();
  const remind = useOverdueChange(() => unwrap(overdueRemind({ path: { organizationId: organization.id } })));
  return (
    <>
      <Button isBusy={remind.isPending} onClick={() => remind.mutate(undefined)}>
        {t('operator.overdue.remind')}
      </Button>
      {remind.isError && (
        <div className="order-last basis-full">
          <ProblemNotice error={remind.error} />
        </div>
      )}
    </>
  );
}

function GraceDialog({ overdue: { organization }, onClose }: { overdue: OverdueOrganization; onClose: () => void }) {
  const { t } = useTranslation();
  const { id: organizationId, name } = organization;
  const give = useOverdueChange(
    (body: OverdueExtendGraceData['body']) => unwrap(overdueExtendGrace({ path: { organizationId }, body })),
    onClose,
  );
  return (
    <FormDialog
      title={t('operator.overdue.giveTitle', { name })}
      submitLabel={t('operator.overdue.give')}
      onSubmit={(values) =>
        give.mutate({ until: readTime(values, 'until') ?? '', reason: String(values.get('reason')) })
      }
      onClose={onClose}
      isBusy={give.isPending}
      error={give.error}
    >
      <p>{t('operator.overdue.giveText')}</p>
      <DateTimeField label={t('operator.overdue.until')} name="until" required />
      <TextAreaField
        label={t('impersonation.reason')}
        name="reason"
        hint={t('operator.overdue.reasonHint')}
        minLength={10}
        maxLength={500}
        required
      />
    </FormDialog>
  );
}
