import { useInfiniteQuery, useMutation, useQueryClient } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { CreditCard } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { type BlockedInvoice, type StripeEvent, stripeEventsRetry, unwrap } from '../../api/client';
import { useFormat } from '../../i18n/use-format';
import { Badge, type Tone } from '../../ui/badge';
import { Button } from '../../ui/button';
import { Card } from '../../ui/card';
import { CsvLink } from '../../ui/csv-link';
import { type DataColumn, DataTable } from '../../ui/data-table';
import { EmptyState } from '../../ui/empty-state';
import { MoreButton } from '../../ui/more-button';
import { PageHeader } from '../../ui/page-header';
import { ProblemNotice } from '../../ui/problem-notice';
import { QueryView } from '../../ui/query-view';
import { RelativeTime } from '../../ui/relative-time';
import { SearchForm } from '../../ui/search-form';
import { Select } from '../../ui/select';
import { TextLink } from '../../ui/text-link';
import { useOrganizationColumn } from '../organization-column';
import {
  blockedCsvUrl,
  blockedInvoicesQuery,
  eventsCsvUrl,
  readStripeView,
  STATUSES,
  STRIPE_EVENTS_KEY,
  stripeEventsQuery,
} from './stripe.queries';

const TONES: Record<StripeEvent['status'], Tone> = {
  waiting: 'warning',
  failing: 'danger',
  followed: 'success',
  ignored: 'neutral',
};

/** What Stripe told, and what it is not let collect. */
export function StripePage() {
  const { t } = useTranslation();
  return (
    <>
      <PageHeader title={t('operator.stripe.title')} hint={t('operator.stripe.hint')} />
      <div className="space-y-5">
        <BlockedCard />
        <EventsCard />
      </div>
    </>
  );
}

function BlockedCard() {
  const { t } = useTranslation();
  const columns = useBlockedColumns();
  const invoices = useInfiniteQuery(blockedInvoicesQuery);
  return (
    <Card
      title={t('operator.stripe.blocked')}
      hint={t('operator.stripe.blockedHint')}
      isFlush
      actions={<CsvLink href={blockedCsvUrl} />}
    >
      <QueryView query={invoices}>
        {({ pages }) => {
          const rows = pages.flatMap(({ data }) => data);
          if (rows.length === 0) return <p className="px-5 py-4 text-muted">{t('operator.stripe.noneBlocked')}</p>;
          return (
            <DataTable label={t('operator.stripe.blocked')} columns={columns} rows={rows} keyOf={({ id }) => id} />
          );
        }}
      </QueryView>
      <MoreButton query={invoices} />
    </Card>
  );
}

function useBlockedColumns(): DataColumn<BlockedInvoice>[] {
  const { t } = useTranslation();
  const format = useFormat();
  const organization = useOrganizationColumn();
  return [
    {
      key: 'invoice',
      name: t('billing.period'),
      cell: ({ id: invoiceId, organization: { id: organizationId }, periodStart, periodEnd }) => (
        <span className="whitespace-nowrap">
          <TextLink
            to="/admin/organizations/$organizationId/invoices/$invoiceId"
            params={{ organizationId, invoiceId }}
          >
            {`${format.day(periodStart)} – ${format.day(periodEnd)}`}
          </TextLink>
        </span>
      ),
    },
    organization,
    {
      key: 'total',
      name: t('billing.total'),
      isNumber: true,
      cell: ({ total, currency }) => format.money(total, currency),
    },
    {
      key: 'reason',
      name: t('operator.stripe.reason'),
      cell: ({ reason, stripeInvoiceId }) => (
        <>
          {t(`operator.stripe.reasons.${reason}`)}
          {stripeInvoiceId && <code className="block text-xs break-all text-muted">{stripeInvoiceId}</code>}
        </>
      ),
    },
    { key: 'since', name: t('operator.stripe.since'), cell: ({ since }) => <RelativeTime time={since} /> },
  ];
}

function EventsCard() {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const columns = useEventColumns();
  const view = useSearch({ from: '/app/admin/stripe' });
  const events = useInfiniteQuery(stripeEventsQuery(view));
  const show = (next: Record<string, unknown>) => void navigate({ to: '/admin/stripe', search: readStripeView(next) });
  return (
    <Card
      title={t('operator.stripe.events')}
      hint={t('operator.stripe.eventsHint')}
      isFlush
      actions={
        <>
          <Select
            aria-label={t('lists.status')}
            value={view.status ?? ''}
            onChange={({ target }) => show({ ...view, status: target.value })}
          >
            <option value="">{t('operator.stripe.anyStatus')}</option>
            {STATUSES.map((each) => (
              <option key={each} value={each}>
                {t(`operator.stripe.statuses.${each}`)}
              </option>
            ))}
          </Select>
          <SearchForm
            hint={t('operator.stripe.searchHint')}
            search={view.search ?? view.type}
            isBusy={events.isPlaceholderData}
            // Ids begin with what they are of and an underscore, types have dots.
            onSearch={(text) => {
              const { status } = view;
              show({ status, ...(text.includes('.') ? { type: text } : { search: text }) });
            }}
          />
          <CsvLink href={eventsCsvUrl(view)} />
        </>
      }
    >
      <QueryView query={events}>
        {({ pages }) => {
          const rows = pages.flatMap(({ data }) => data);
          if (rows.length === 0)
            return (
              <EmptyState icon={CreditCard} title={t('operator.stripe.none')}>
                {t('operator.stripe.noneText')}
              </EmptyState>
            );
          return <DataTable label={t('operator.stripe.events')} columns={columns} rows={rows} keyOf={({ id }) => id} />;
        }}
      </QueryView>
      <MoreButton query={events} />
    </Card>
  );
}

function useEventColumns(): DataColumn<StripeEvent>[] {
  const { t } = useTranslation();
  const organization = useOrganizationColumn();
  return [
    {
      key: 'event',
      name: t('operator.stripe.event'),
      isPinned: true,
      cell: ({ type, eventId }) => (
        <>
          <span className="font-medium">{type}</span>
          <code className="block text-xs break-all text-muted">{eventId}</code>
        </>
      ),
    },
    {
      ...organization,
      cell: (event) =>
        event.organization
          ? organization.cell({ ...event, organization: event.organization })
          : (event.customerId ?? '—'),
    },
    {
      key: 'status',
      name: t('lists.status'),
      cell: ({ status, error }) => (
        <>
          <Badge tone={TONES[status]}>{t(`operator.stripe.statuses.${status}`)}</Badge>
          {error && <p className="mt-0.5 max-w-xs text-xs wrap-anywhere text-muted">{error}</p>}
        </>
      ),
    },
    {
      key: 'effect',
      name: t('operator.stripe.effect'),
      cell: ({ effect, reason }) =>
        reason ? t(`operator.stripe.ignored.${reason}`) : effect ? t(`operator.stripe.effects.${effect}`) : '—',
    },
    {
      key: 'received',
      name: t('operator.stripe.received'),
      cell: ({ receivedAt }) => <RelativeTime time={receivedAt} />,
    },
    { key: 'retry', name: t('ui.actions'), cell: ({ id }) => <RetryButton id={id} /> },
  ];
}

function RetryButton({ id }: Pick<StripeEvent, 'id'>) {
  const { t } = useTranslation();
  const queryClient = useQueryClient();
  const retry = useMutation({
    mutationFn: () => unwrap(stripeEventsRetry({ path: { id } })),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: STRIPE_EVENTS_KEY }),
  });
  return (
    <>
      <Button isBusy={retry.isPending} onClick={() => retry.mutate()}>
        {t('operator.stripe.retry')}
      </Button>
      {retry.isError && <ProblemNotice error={retry.error} />}
    </>
  );
}
