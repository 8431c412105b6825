import { useQuery } from '@tanstack/react-query';
import { type ReactNode, useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Reconciliation, ReconciliationEntries } from '../../api/client';
import { CurrencySelect } from '../../dashboard/billing/currency-select';
import { useFormat } from '../../i18n/use-format';
import { Badge } from '../../ui/badge';
import { Card } from '../../ui/card';
import { classNames } from '../../ui/class-names';
import { CsvLink } from '../../ui/csv-link';
import { type DataColumn, DataTable } from '../../ui/data-table';
import { PageHeader } from '../../ui/page-header';
import { QueryView, Together } from '../../ui/query-view';
import { TextLink } from '../../ui/text-link';
import { priceListQuery } from '../../visitors/visitors.queries';
import { useOrganizationColumn } from '../organization-column';
import { SpanSelect } from '../span-select';
import {
  entriesCsvUrl,
  entriesQuery,
  type EntriesView,
  invoicesCsvUrl,
  monthsCsvUrl,
  reconciliationQuery,
  type ReconciliationView,
} from './reconciliation.queries';

type Month = Reconciliation['months'][number];
type Entry = ReconciliationEntries['data'][number];

const SPANS = [3, 6, 12];

/** The statement of a month: from what the ledger comes to, over what is not billed yet, to what became of the invoices. */
const NOT_INVOICED = ['running', 'closing', 'late'] as const;
const INVOICED = ['draft', 'blocked', 'open', 'paid', 'uncollectible', 'void'] as const;
const ASIDES = ['credited', 'unfollowed'] as const;
/** Where there should be none. */
const WRONG = new Set<string>(['blocked', 'unfollowed']);

/** Whether all that was used is billed, and all that is billed is paid. */
export function ReconciliationPage() {
  const { t } = useTranslation();
  const [view, setView] = useState<ReconciliationView>({ currency: 'usd', months: 3 });
  const prices = useQuery(priceListQuery());
  const reconciliation = useQuery(reconciliationQuery(view));
  return (
    <Together queries={[prices]}>
      <PageHeader
        title={t('operator.reconciliation.title')}
        hint={t('operator.reconciliation.hint')}
        actions={
          <>
            <CurrencySelect
              currencies={prices.data?.currencies ?? []}
              value={view.currency}
              onChange={(currency) => setView({ ...view, currency })}
            />
            <SpanSelect spans={SPANS} value={view.months} onChange={(months) => setView({ ...view, months })} />
            <CsvLink href={monthsCsvUrl(view)} />
            <CsvLink href={invoicesCsvUrl} name={t('operator.reconciliation.invoices')} />
          </>
        }
      />
      <QueryView query={reconciliation}>{(found) => <Months key={found.currency} reconciliation={found} />}</QueryView>
    </Together>
  );
}

function Months({ reconciliation: { currency, months } }: { reconciliation: Reconciliation }) {
  const [chosen, setChosen] = useState<EntriesView>();
  return (
    <div className="space-y-5">
      <StatementCard currency={currency} months={months.toReversed()} chosen={chosen} onChoose={setChosen} />
      {chosen && (
        <Below key={`${chosen.month} ${chosen.kind}`}>
          <EntriesCard view={chosen} />
        </Below>
      )}
    </div>
  );
}

/** Brings what a press opened below a long table to where it is seen. */
function Below({ children }: { children: ReactNode }) {
  const ref = useRef<HTMLDivElement>(null);
  useEffect(() => ref.current?.scrollIntoView({ block: 'start' }), []);
  return (
    <div ref={ref} className="scroll-mt-20">
      {children}
    </div>
  );
}

interface StatementCardProps {
  currency: string;
  /** The newest first. */
  months: Month[];
  chosen: EntriesView | undefined;
  onChoose: (view: EntriesView) => void;
}

/** A column for each month; each amount opens to what it is made of. */
function StatementCard({ currency, months, chosen, onChoose }: StatementCardProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const money = (amount: string) => format.money(amount, currency);
  const rows = [
    { key: 'rated', isSum: true },
    ...NOT_INVOICED.map((key) => ({ key, isSum: false })),
    { key: 'invoiced', isSum: true },
    ...INVOICED.map((key) => ({ key, isSum: false })),
    { key: 'atStripe', isSum: true },
    ...ASIDES.map((key) => ({ key, isSum: false })),
  ] as const;
  type Row = (typeof rows)[number];
  const columns: DataColumn<Row>[] = [
    {
      key: 'part',
      name: t('operator.reconciliation.part'),
      isPinned: true,
      cell: ({ key, isSum }) => (
        <div className={classNames('max-w-64', !isSum && 'sm:pl-4')}>
          <p className={isSum ? 'font-semibold' : 'font-medium'}>{t(`operator.reconciliation.parts.${key}`)}</p>
          <p className="text-xs text-muted">{t(`operator.reconciliation.meanings.${key}`)}</p>
        </div>
      ),
    },
    ...months.map((found): DataColumn<Row> => {
      const { month } = found;
      return {
        key: month,
        name: format.month(month),
        isNumber: true,
        cell: (row) => {
          const amount = found[row.key];
          const isNone = Number(amount) === 0;
          if (row.isSum) return <span className="font-semibold">{money(amount)}</span>;
          const { key: kind } = row;
          // What came late and what was taken back may come to nothing together.
          if (isNone && kind !== 'late') return <span className="text-muted">{money(amount)}</span>;
          return (
            <button
              type="button"
              aria-pressed={chosen?.month === month && chosen.kind === kind}
              onClick={() => onChoose({ currency, month, kind })}
              className={classNames(
                'min-h-6 rounded underline aria-pressed:font-semibold',
                isNone ? 'text-muted' : 'text-accent',
              )}
            >
              {WRONG.has(kind) ? <Badge tone="danger">{money(amount)}</Badge> : money(amount)}
            </button>
          );
        },
      };
    }),
  ];
  return (
    <Card isFlush>
      <DataTable
        label={t('operator.reconciliation.title')}
        rows={[...rows]}
        keyOf={({ key }) => key}
        columns={columns}
      />
    </Card>
  );
}

/** What an amount is made of: the organizations, and their invoices with the lines that lead to the ledger. */
function EntriesCard({ view }: { view: EntriesView }) {
  const { t } = useTranslation();
  const format = useFormat();
  const entries = useQuery(entriesQuery(view));
  const { currency, month, kind } = view;
  const title = `${t(`operator.reconciliation.parts.${kind}`)}, ${format.month(month)}`;
  const columns: DataColumn<Entry>[] = [
    { ...useOrganizationColumn(), isPinned: true },
    {
      key: 'period',
      name: t('billing.period'),
      cell: ({ invoiceId, number, organization: { id: organizationId }, periodStart, periodEnd }) => {
        const words = `${format.day(periodStart)} – ${format.day(periodEnd)}`;
        if (!invoiceId) return words;
        return (
          <>
            <TextLink
              to="/admin/organizations/$organizationId/invoices/$invoiceId"
              params={{ organizationId, invoiceId }}
            >
              {words}
            </TextLink>
            {number && <span className="block text-xs text-muted">{number}</span>}
          </>
        );
      },
    },
    {
      key: 'reason',
      name: t('operator.stripe.reason'),
      cell: ({ reason, stripeInvoiceId }) => (
        <>
          {reason ? t(`operator.stripe.reasons.${reason as 'refused'}`) : '—'}
          {stripeInvoiceId && <code className="block text-xs break-all text-muted">{stripeInvoiceId}</code>}
        </>
      ),
    },
    {
      key: 'amount',
      name: t('billing.amount'),
      isNumber: true,
      cell: ({ amount }) => format.money(amount, currency),
    },
  ];
  return (
    <Card title={title} isFlush actions={<CsvLink href={entriesCsvUrl(view)} />}>
      <QueryView query={entries}>
        {({ count, data }) => (
          <>
            {count === 0 ? (
              <p className="px-5 py-4 text-muted">{t('operator.reconciliation.none')}</p>
            ) : (
              <DataTable
                label={title}
                rows={data}
                keyOf={({ organization, periodStart, invoiceId }) => `${organization.id} ${periodStart} ${invoiceId}`}
                columns={columns}
              />
            )}
            {count > data.length && (
              <p className="border-t border-line px-5 py-2.5 text-xs text-muted">
                {t('operator.overdue.more', { shown: data.length, count })}
              </p>
            )}
          </>
        )}
      </QueryView>
    </Card>
  );
}
