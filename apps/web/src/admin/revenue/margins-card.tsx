import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import {
  buildUrl,
  type CostRate,
  costsCreateRate,
  type CostsCreateRateData,
  type CostsExportData,
  type CostsExportRatesData,
  costsListMargins,
  costsListRates,
  type Margins,
  unwrap,
} from '../../api/client';
import { useFormat } from '../../i18n/use-format';
import { useTerms } from '../../i18n/use-terms';
import { Button } from '../../ui/button';
import { Card } from '../../ui/card';
import { CsvLink } from '../../ui/csv-link';
import { type DataColumn, DataTable } from '../../ui/data-table';
import { DateTimeField, readTime } from '../../ui/date-time-field';
import { SelectField, TextField } from '../../ui/field';
import { FormDialog } from '../../ui/form-dialog';
import { QueryView } from '../../ui/query-view';
import { Select } from '../../ui/select';
import { useOrganizationColumn } from '../organization-column';

type Margin = Margins['total'];

const MONEY = ['revenue', 'trainingCost', 'meterCost', 'fees', 'margin'] as const;
const KINDS = ['pool', 'meter', 'payment'] as const;

/** Columns of what is left of what was paid. */
export function useMarginColumns(currency: string): DataColumn<Margin>[] {
  const { t } = useTranslation();
  const format = useFormat();
  return [
    ...MONEY.map((key): DataColumn<Margin> => ({
      key,
      name: t(`operator.margins.${key}`),
      isNumber: true,
      cell: (row) => format.money(row[key], currency),
    })),
    {
      key: 'share',
      name: t('operator.margins.share'),
      isNumber: true,
      cell: ({ marginShare }) => (marginShare === null ? '—' : format.share(Number(marginShare))),
    },
  ];
}

/** By organization, what is left of what it paid in a month, after what it cost. */
export function MarginsCard({ currency, months }: { currency: string; months: string[] }) {
  const { t } = useTranslation();
  const format = useFormat();
  const [chosen, setChosen] = useState<string>();
  const month = chosen && months.includes(chosen) ? chosen : months.at(-1)!;
  const query = { currency, month };
  const margins = useQuery({
    queryKey: ['admin', 'margins', query],
    queryFn: () => unwrap(costsListMargins({ query })),
    placeholderData: (previous) => previous,
  });
  const columns = [useOrganizationColumn(), ...useMarginColumns(currency)];
  return (
    <Card
      title={t('operator.margins.title')}
      hint={t('operator.margins.hint')}
      isFlush
      actions={
        <>
          <Select
            aria-label={t('operator.revenue.month')}
            value={month}
            onChange={({ target }) => setChosen(target.value)}
          >
            {months.toReversed().map((each) => (
              <option key={each} value={each}>
                {format.month(each)}
              </option>
            ))}
          </Select>
          <CsvLink href={buildUrl<CostsExportData>({ url: '/v1/admin/margins.csv', query })} />
        </>
      }
    >
      <QueryView query={margins}>
        {({ organizations }) =>
          organizations.length === 0 ? (
            <p className="px-5 py-4 text-muted">{t('operator.margins.none')}</p>
          ) : (
            <DataTable
              label={t('operator.margins.title')}
              rows={organizations}
              keyOf={({ organization }) => organization.id}
              columns={columns}
            />
          )
        }
      </QueryView>
    </Card>
  );
}

const ratesKey = ['admin', 'cost-rates'];

/** What a second of workers, a unit of a meter and a payment cost. */
export function CostRatesCard({ currency }: { currency: string }) {
  const { t } = useTranslation();
  const format = useFormat();
  const [isAdding, setIsAdding] = useState(false);
  const terms = useTerms();
  const nameOf = (kind: CostRate['kind'], resource: string) => {
    if (kind === 'meter') return terms.name('meters', resource);
    return kind === 'payment' ? t(`operator.margins.payments.${resource as 'share' | 'payment'}`) : resource;
  };
  const rates = useQuery({ queryKey: ratesKey, queryFn: () => unwrap(costsListRates()) });
  const columns: DataColumn<CostRate>[] = [
    {
      key: 'resource',
      name: t('operator.margins.resource'),
      isPinned: true,
      cell: ({ kind, resource }) => (
        <>
          <p className="font-medium">{nameOf(kind, resource)}</p>
          <p className="text-xs text-muted">{t(`operator.margins.kinds.${kind}`)}</p>
        </>
      ),
    },
    {
      key: 'amount',
      name: t('billing.amount'),
      isNumber: true,
      cell: ({ kind, resource, amount, currency: of }) =>
        kind === 'payment' && resource === 'share'
          ? format.number(amount, { style: 'percent', maximumFractionDigits: 6 })
          : `${amount} ${of.toUpperCase()}`,
    },
    { key: 'from', name: t('operator.margins.startsAt'), cell: ({ startsAt }) => format.dateTime(startsAt) },
  ];
  return (
    <Card
      title={t('operator.margins.rates')}
      hint={t('operator.margins.ratesHint')}
      isFlush
      actions={
        <>
          <CsvLink href={buildUrl<CostsExportRatesData>({ url: '/v1/admin/cost-rates.csv' })} />
          <Button onClick={() => setIsAdding(true)}>{t('operator.margins.add')}</Button>
        </>
      }
    >
      <QueryView query={rates}>
        {({ data }) =>
          data.length === 0 ? (
            <p className="px-5 py-4 text-muted">{t('operator.margins.noRates')}</p>
          ) : (
            <DataTable label={t('operator.margins.rates')} rows={data} keyOf={({ id }) => id} columns={columns} />
          )
        }
      </QueryView>
      {isAdding && <RateDialog currency={currency} onClose={() => setIsAdding(false)} />}
    </Card>
  );
}

function RateDialog({ currency, onClose }: { currency: string; onClose: () => void }) {
  const { t } = useTranslation();
  const queryClient = useQueryClient();
  const create = useMutation({
    mutationFn: (body: CostsCreateRateData['body']) => unwrap(costsCreateRate({ body })),
    onSuccess: async () => {
      for (const queryKey of [ratesKey, ['admin', 'margins'], ['admin', 'revenue']])
        await queryClient.invalidateQueries({ queryKey });
      onClose();
    },
  });
  const submit = (values: FormData) =>
    create.mutate({
      kind: String(values.get('kind')) as CostRate['kind'],
      resource: String(values.get('resource')).trim(),
      currency,
      amount: String(values.get('amount')).trim(),
      startsAt: readTime(values, 'startsAt') ?? null,
    });
  return (
    <FormDialog
      title={t('operator.margins.add')}
      submitLabel={t('operator.margins.save')}
      onSubmit={submit}
      onClose={onClose}
      isBusy={create.isPending}
      error={create.error}
    >
      <SelectField label={t('operator.margins.kind')} name="kind">
        {KINDS.map((kind) => (
          <option key={kind} value={kind}>
            {t(`operator.margins.kinds.${kind}`)}
          </option>
        ))}
      </SelectField>
      <TextField
        label={t('operator.margins.resource')}
        name="resource"
        hint={t('operator.margins.resourceHint')}
        required
        autoComplete="off"
      />
      <TextField
        label={t('creditNotes.amount', { currency: currency.toUpperCase() })}
        name="amount"
        inputMode="decimal"
        required
        autoComplete="off"
      />
      <DateTimeField label={t('operator.margins.startsAt')} name="startsAt" hint={t('operator.margins.startsAtHint')} />
    </FormDialog>
  );
}
