import { useQuery } from '@tanstack/react-query';
import { useSearch } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { UpcomingInvoice } from '../../api/client';
import { useFormat } from '../../i18n/use-format';
import { Badge } from '../../ui/badge';
import { Card } from '../../ui/card';
import { FactList } from '../../ui/fact-list';
import { Notice } from '../../ui/notice';
import { PageHeader } from '../../ui/page-header';
import { QueryView } from '../../ui/query-view';
import { useMe } from '../auth/auth.queries';
import { upcomingInvoiceQuery } from './billing.queries';
import { CouponsCard } from './coupons-card';
import { CreditsCard } from './credits-card';
import { InvoicesCard } from './invoices-card';
import { PauseButton, PauseNotice } from './pause-plan';
import { PlansCard } from './plans-card';
import { PriceChangeNotice } from './price-change-notice';
import { SpendCard } from './spend-card';
import { NextPlanNotice, PortalButton } from './subscription-actions';
import { UpcomingInvoiceCard } from './upcoming-invoice-card';

const POLL_MS = 1_000;
const WAIT_MAX_MS = 30_000;

export function BillingPage() {
  const { t } = useTranslation();
  const { checkout, plan } = useSearch({ from: '/app/billing' });
  const isLate = useIsPast(WAIT_MAX_MS);
  const invoice = useQuery({
    ...upcomingInvoiceQuery,
    // The plan changes when Stripe's message arrives, which may be after the customer has returned.
    refetchInterval: ({ state }) => checkout === 'success' && !isLate && state.data?.plan.key !== plan && POLL_MS,
  });
  return (
    <>
      <PageHeader title={t('billing.title')} hint={t('billing.hint')} />
      <QueryView query={invoice}>
        {(upcoming) => (
          <div className="space-y-5">
            {checkout === 'cancelled' && <Notice>{t('billing.checkoutCancelled')}</Notice>}
            {checkout === 'success' && (
              <CheckoutNotice plan={upcoming.plan} isActive={upcoming.plan.key === plan} isLate={isLate} />
            )}
            {upcoming.overdue && <OverdueNotice overdue={upcoming.overdue} />}
            {upcoming.trial && <TrialNotice upcoming={upcoming} trial={upcoming.trial} />}
            {upcoming.pause ? (
              <PauseNotice upcoming={upcoming} pause={upcoming.pause} />
            ) : (
              <NextPlanNotice upcoming={upcoming} />
            )}
            <PriceChangeNotice />
            <CurrentPlanCard upcoming={upcoming} />
            <UpcomingInvoiceCard upcoming={upcoming} />
            <CreditsCard />
            <SpendCard />
            <InvoicesCard />
            <CouponsCard />
            <PlansCard upcoming={upcoming} />
          </div>
        )}
      </QueryView>
    </>
  );
}

function useIsPast(delayMs: number): boolean {
  const [isPast, setIsPast] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setIsPast(true), delayMs);
    return () => clearTimeout(timer);
  }, [delayMs]);
  return isPast;
}

function CheckoutNotice(props: { plan: UpcomingInvoice['plan']; isActive: boolean; isLate: boolean }) {
  const { plan, isActive, isLate } = props;
  const { t } = useTranslation();
  if (isActive) return <Notice tone="success">{t('billing.planActive', { plan: plan.name })}</Notice>;
  return <Notice tone="success">{isLate ? t('billing.checkoutLate') : t('billing.checkoutWaiting')}</Notice>;
}

function OverdueNotice({ overdue: { stage, until } }: { overdue: NonNullable<UpcomingInvoice['overdue']> }) {
  const { t } = useTranslation();
  const format = useFormat();
  return <Notice tone="danger">{t(`billing.overdue.${stage}`, { date: format.date(until) })}</Notice>;
}

/** Until when there is no fee, and what comes then. */
function TrialNotice({
  upcoming: { plan, next, currency },
  trial: { endsAt, monthlyFee },
}: {
  upcoming: UpcomingInvoice;
  trial: NonNullable<UpcomingInvoice['trial']>;
}) {
  const { t } = useTranslation();
  const format = useFormat();
  const values = { plan: plan.name, date: format.date(endsAt), fee: format.money(monthlyFee, currency) };
  return <Notice>{t(next ? 'billing.trialUntil' : 'billing.trial', values)}</Notice>;
}

function CurrentPlanCard({ upcoming }: { upcoming: UpcomingInvoice }) {
  const { t } = useTranslation();
  const format = useFormat();
  const { can } = useMe();
  const tone = upcoming.status === 'active' ? 'success' : 'danger';
  return (
    <Card
      title={t('billing.currentPlan')}
      actions={<Badge tone={tone}>{t(`subscriptionStatus.${upcoming.status}`)}</Badge>}
    >
      <FactList
        facts={[
          { name: t('billing.plan'), value: upcoming.plan.name },
          {
            name: t('billing.period'),
            value: `${format.date(upcoming.periodStart)} – ${format.date(upcoming.periodEnd)}`,
          },
          { name: t('billing.dueOn'), value: format.date(upcoming.periodEnd) },
          { name: t('billing.dueSoFar'), value: format.money(upcoming.total, upcoming.currency) },
        ]}
      />
      {upcoming.isPaidThroughStripe && can('billing:write') && (
        <div className="mt-4 flex flex-wrap items-start gap-3">
          <PortalButton />
          {!upcoming.pause && !upcoming.next && !upcoming.trial && !upcoming.overdue && (
            <PauseButton upcoming={upcoming} />
          )}
        </div>
      )}
    </Card>
  );
}
