import { Download } from 'lucide-react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Invoice } from '../../api/client';
import { mailLanguageOf } from '../../i18n/i18n';
import { useFormat } from '../../i18n/use-format';
import { Badge } from '../../ui/badge';
import { buttonClass } from '../../ui/button';
import { Card } from '../../ui/card';
import { FactList } from '../../ui/fact-list';
import { Notice } from '../../ui/notice';
import { PageHeader } from '../../ui/page-header';
import { InvoiceStatusBadge } from './invoices-card';
import { pdfUrl } from './invoices.queries';
import { LinesTable } from './lines-table';

type PlacedLine = ReturnType<typeof groupsOf>[number]['lines'][number];

interface InvoiceViewProps {
  invoice: Invoice;
  /** To an operator: whose. */
  organizationId?: string;
  action?: (position: number) => ReactNode;
}

/** One invoice, with its lines by the period that they are for. */
export function InvoiceView({ invoice, organizationId, action }: InvoiceViewProps) {
  const { t, i18n } = useTranslation();
  const format = useFormat();
  const { id, number, status, currency, total, credits, due, plan, billedTo, issuedAt, createdAt, hostedInvoiceUrl } =
    invoice;
  const { subtotal, tax, credited, refunded, disputed, amountDue } = invoice;
  const period = (of: { periodStart: string; periodEnd: string }) =>
    `${format.day(of.periodStart)} – ${format.day(of.periodEnd)}`;
  const title = number ? t('invoices.one', { number }) : t('invoices.draft');
  return (
    <>
      <PageHeader
        title={title}
        hint={period(invoice)}
        actions={
          <>
            {status === 'open' && hostedInvoiceUrl && !organizationId && (
              <a href={hostedInvoiceUrl} className={buttonClass('primary')}>
                {t('invoices.pay')}
              </a>
            )}
            <a href={pdfUrl(mailLanguageOf(i18n.language), id, organizationId)} download className={buttonClass()}>
              <Download aria-hidden />
              {t('invoices.download')}
            </a>
          </>
        }
      />
      <div className="space-y-5">
        {status === 'draft' && <Notice>{t('invoices.draftHint')}</Notice>}
        <Card title={t('invoices.summary')} actions={<InvoiceStatusBadge status={status} />}>
          <FactList
            facts={[
              { name: t('billing.total'), value: format.money(total, currency) },
              ...(Number(credits) > 0
                ? [{ name: t('credits.title'), value: format.money(`-${credits}`, currency) }]
                : []),
              ...(Number(credits) < 0
                ? [{ name: t('credits.givenOrTakenBack'), value: format.money(credits.slice(1), currency) }]
                : []),
              ...(Number(credited) > 0
                ? [{ name: t('invoices.credited'), value: format.money(credited, currency) }]
                : []),
              ...(Number(refunded) > 0
                ? [{ name: t('invoices.refunded'), value: format.money(refunded, currency) }]
                : []),
              ...(Number(disputed) > 0
                ? [{ name: t('invoices.disputed'), value: format.money(disputed, currency) }]
                : []),
              ...(Number(credits) !== 0 && status !== 'open'
                ? [{ name: t('credits.due'), value: format.money(due, currency) }]
                : []),
              ...(status === 'open' ? [{ name: t('invoices.due'), value: format.money(amountDue, currency) }] : []),
              {
                name: t(issuedAt ? 'invoices.issued' : 'invoices.written'),
                value: format.day(issuedAt ?? createdAt),
              },
              { name: t('invoices.billedTo'), value: billedTo },
              { name: t('billing.plan'), value: plan },
            ]}
          />
        </Card>
        <Card title={t('invoices.lines')} hint={t('invoices.utc')} isFlush>
          <LinesTable<PlacedLine>
            label={t('invoices.lines')}
            groups={groupsOf(invoice).map(({ key, lines }) => ({
              key,
              lines,
              heading: (
                <span className="flex flex-wrap items-center gap-2">
                  <span className="font-medium">{period(lines[0]!)}</span>
                  {lines[0]!.isLate && (
                    <>
                      <Badge tone="warning">{t('invoices.late')}</Badge>
                      <span className="text-xs text-muted">{t('invoices.lateHint')}</span>
                    </>
                  )}
                </span>
              ),
            }))}
            sums={
              Number(tax) === 0
                ? []
                : [
                    { name: t('billing.subtotal'), amount: subtotal },
                    { name: t('billing.tax'), amount: tax },
                  ]
            }
            total={total}
            currency={currency}
            {...(action && { action: ({ position }) => action(position) })}
          />
        </Card>
      </div>
    </>
  );
}

/** The invoice's own period, then those before it of which something came late. */
function groupsOf({ lines, periodStart }: Invoice) {
  const placed = lines.map((line, position) => {
    const isLate = line.periodStart !== periodStart;
    // Those of a late line are of the whole period, and so do not explain its amount.
    return { ...line, position, isLate, tiers: isLate ? [] : line.tiers };
  });
  const starts = [...new Set([periodStart, ...lines.map((line) => line.periodStart)])];
  return starts
    .map((start) => ({ key: start, lines: placed.filter((line) => line.periodStart === start) }))
    .filter((group) => group.lines.length > 0);
}
