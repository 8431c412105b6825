import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { PublicPlan } from '../api/client';
import { CurrencySelect } from '../dashboard/billing/currency-select';
import { NextPrice } from '../dashboard/billing/next-price';
import { PriceItem } from '../dashboard/billing/price-item';
import { useFormat } from '../i18n/use-format';
import { buttonClass } from '../ui/button';
import { QueryView } from '../ui/query-view';
import { Allowances } from './allowances';
import { PriceCalculator } from './price-calculator';
import { VisitorLayout } from './visitor-layout';
import { priceListQuery } from './visitors.queries';

/** The plans side by side as the price list has them, and what a month would cost. */
export function PricingPage() {
  const { t } = useTranslation();
  const [currency, setCurrency] = useState<string>();
  const prices = useQuery(priceListQuery(currency));
  const chosen = prices.data?.plans[0]?.currency ?? '';
  return (
    <VisitorLayout title={t('meta.pricing.title')}>
      <div className="mx-auto max-w-6xl px-4 pt-8 pb-14 lg:pt-12">
        <h1 className="text-3xl font-semibold tracking-tight">{t('visitors.pricingTitle')}</h1>
        <p className="mt-2 mb-4 max-w-2xl text-base text-muted">{t('visitors.pricingHint')}</p>
        <div className="mb-4 min-h-9">
          <CurrencySelect currencies={prices.data?.currencies ?? []} value={chosen} onChange={setCurrency} />
        </div>
        {/* As high as what comes, so that nothing below it jumps. */}
        <div className="min-h-300 md:min-h-146">
          <QueryView query={prices}>
            {({ plans }) => (
              <ul className="grid items-start gap-4 md:grid-cols-2 xl:grid-cols-4">
                {plans.map((plan) => (
                  <PlanTile key={plan.key} plan={plan} />
                ))}
              </ul>
            )}
          </QueryView>
        </div>
        <PriceCalculator currency={currency} />
      </div>
    </VisitorLayout>
  );
}

function PlanTile({ plan }: { plan: PublicPlan }) {
  const { t } = useTranslation();
  const format = useFormat();
  const { name, currency, monthlyFee, meters, limits, requestsPerSecond, trainingJobsMax, trainingSecondsMax } = plan;
  return (
    <li className="rounded-lg border border-line bg-surface p-5">
      <h2 className="font-semibold">{name}</h2>
      <p className="mt-1">
        <span className="text-2xl font-semibold tabular-nums">{format.money(monthlyFee, currency)}</span>{' '}
        <span className="text-muted">{t('billing.perMonth')}</span>
      </p>
      {/* As high in each, so that the buttons are side by side. */}
      <div className="text-xs text-muted md:min-h-8">
        {Number(plan.commitment) > 0 && (
          <p>{t('billing.commitment', { amount: format.money(plan.commitment, currency) })}</p>
        )}
        <NextPrice plan={plan} />
      </div>
      <Link
        to="/signup"
        search={Number(monthlyFee) > 0 ? { plan: plan.key } : {}}
        className={`${buttonClass('primary')} mt-3 w-full`}
      >
        {Number(monthlyFee) > 0 ? t('visitors.choose', { plan: name }) : t('visitors.signUp')}
      </Link>
      <ul className="mt-5 space-y-2.5">
        {meters.map((price) => (
          <PriceItem key={`${price.meter} ${price.deviceClass}`} price={price} currency={currency} />
        ))}
      </ul>
      <details className="mt-4">
        <summary className="min-h-6 font-medium">{t('visitors.limits')}</summary>
        <ul className="mt-1.5 grid gap-1 text-muted sm:grid-cols-2">
          <li>{t('visitors.perSecond', { count: requestsPerSecond })}</li>
          <li>{t('visitors.jobs', { count: trainingJobsMax })}</li>
          <li>{t('visitors.jobTime', { duration: format.duration(1_000 * trainingSecondsMax) })}</li>
          <Allowances limits={limits} />
        </ul>
      </details>
    </li>
  );
}
