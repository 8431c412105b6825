import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import {
  type PriceSimulation,
  type PriceSimulationsRunData,
  priceSimulationsRun,
  type PublicPlan,
  unwrap,
} from '../../api/client';
import { CurrencySelect } from '../../dashboard/billing/currency-select';
import { useTerms } from '../../i18n/use-terms';
import { Button } from '../../ui/button';
import { Card } from '../../ui/card';
import { TextField } from '../../ui/field';
import { Form } from '../../ui/form';
import { PageHeader } from '../../ui/page-header';
import { QueryView } from '../../ui/query-view';
import { Select } from '../../ui/select';
import { priceListQuery } from '../../visitors/visitors.queries';
import { CouponsCard } from './coupons-card';
import { PublicationsCard } from './publications-card';
import { PublishCard } from './publish-card';
import { SimulationResult } from './simulation-result';

type Draft = PriceSimulationsRunData['body'];

/** What another price would have made of the past months. */
export function PricingPage() {
  const { t } = useTranslation();
  const [view, setView] = useState({ currency: 'usd', plan: '' });
  const prices = useQuery(priceListQuery(view.currency));
  const simulation = useMutation({ mutationFn: (body: Draft) => unwrap(priceSimulationsRun({ body })) });
  const choose = (chosen: Partial<typeof view>) => {
    simulation.reset();
    setView({ ...view, ...chosen });
  };
  return (
    <>
      <PageHeader title={t('operator.pricing.title')} hint={t('operator.pricing.hint')} />
      <QueryView query={prices}>
        {({ plans, currencies }) => {
          const plan =
            plans.find(({ key }) => key === view.plan) ?? plans.find(({ key }) => key !== 'free') ?? plans[0]!;
          return (
            <div className="space-y-5">
              <Card
                title={t('operator.pricing.draft')}
                hint={t('operator.pricing.draftHint')}
                actions={
                  <>
                    <Select
                      aria-label={t('billing.plan')}
                      value={plan.key}
                      onChange={({ target }) => choose({ plan: target.value })}
                    >
                      {plans.map(({ key, name }) => (
                        <option key={key} value={key}>
                          {name}
                        </option>
                      ))}
                    </Select>
                    <CurrencySelect
                      currencies={currencies}
                      value={view.currency}
                      onChange={(currency) => choose({ currency })}
                    />
                  </>
                }
              >
                <DraftForm
                  key={`${plan.key} ${plan.currency}`}
                  plan={plan}
                  onSubmit={simulation.mutate}
                  isBusy={simulation.isPending}
                  error={simulation.error}
                />
              </Card>
              {simulation.data && (
                <>
                  <SimulationResult result={simulation.data satisfies PriceSimulation} />
                  <PublishCard key={simulation.submittedAt} draft={simulation.variables} simulation={simulation.data} />
                </>
              )}
              <PublicationsCard />
              <CouponsCard />
            </div>
          );
        }}
      </QueryView>
    </>
  );
}

interface DraftFormProps {
  plan: PublicPlan;
  onSubmit: (draft: Draft) => void;
  isBusy: boolean;
  error: unknown;
}

/** The numbers of the price that is on offer, to be changed; each field is named by its path in the draft. */
function DraftForm({ plan, onSubmit, isBusy, error }: DraftFormProps) {
  const { t } = useTranslation();
  const terms = useTerms();
  const submit = (values: FormData) => {
    const text = (name: string) => String(values.get(name)).trim();
    onSubmit({
      plan: plan.key,
      currency: plan.currency,
      months: Number(text('months')),
      monthlyFee: text('monthlyFee'),
      commitment: text('commitment'),
      meters: plan.meters.map(({ meter, deviceClass, scheme, packageSize, tiers }, place) => {
        const of = (name: string) => text(`meters.${place}.${name}`);
        return {
          meter,
          deviceClass,
          scheme,
          includedQuantity: of('includedQuantity'),
          unitAmount: tiers.length > 0 ? '0' : of('unitAmount'),
          packageSize: packageSize === null ? null : of('packageSize'),
          tiers: tiers.map((_, index) => ({
            from: of(`tiers.${index}.from`),
            unitAmount: of(`tiers.${index}.unitAmount`),
            flatAmount: of(`tiers.${index}.flatAmount`),
          })),
        };
      }),
    });
  };
  const field = (name: string, label: string, value: string) => (
    <TextField
      key={name}
      name={name}
      label={label}
      defaultValue={value}
      inputMode="decimal"
      required
      autoComplete="off"
    />
  );
  return (
    <Form
      onSubmit={submit}
      error={error}
      actions={
        <Button type="submit" variant="primary" isBusy={isBusy}>
          {t('operator.pricing.run')}
        </Button>
      }
    >
      <div className={ROW}>
        {field('monthlyFee', t('operator.pricing.monthlyFee'), plan.monthlyFee)}
        {field('commitment', t('operator.pricing.commitment'), plan.commitment)}
        {field('months', t('operator.pricing.months'), '12')}
      </div>
      {plan.meters.map(({ meter, deviceClass, includedQuantity, packageSize, unitAmount, tiers }, place) => (
        <fieldset key={`${meter} ${deviceClass}`} className="space-y-2 border-t border-line pt-3">
          <legend className="float-left mb-2 w-full font-medium">
            {terms.name('meters', meter)}
            {deviceClass && ` (${deviceClass})`}
          </legend>
          <div className={`${ROW} clear-both`}>
            {field(`meters.${place}.includedQuantity`, t('operator.pricing.included'), includedQuantity)}
            {packageSize !== null &&
              field(`meters.${place}.packageSize`, t('operator.pricing.packageSize'), packageSize)}
            {tiers.length === 0 &&
              field(
                `meters.${place}.unitAmount`,
                packageSize === null ? t('operator.pricing.unitAmount') : t('operator.pricing.packageAmount'),
                unitAmount,
              )}
          </div>
          {tiers.map((tier, index) => {
            const path = `meters.${place}.tiers.${index}`;
            return (
              <div key={tier.from} className={ROW}>
                {field(`${path}.from`, t('operator.pricing.from'), tier.from)}
                {field(`${path}.unitAmount`, t('operator.pricing.unitAmount'), tier.unitAmount)}
                {field(`${path}.flatAmount`, t('operator.pricing.flatAmount'), tier.flatAmount)}
              </div>
            );
          })}
        </fieldset>
      ))}
    </Form>
  );
}

const ROW = 'grid gap-3 sm:grid-cols-3';
