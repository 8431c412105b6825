import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { LineUsageEvent } from '../../api/client';
import { InvoiceView } from '../../dashboard/billing/invoice-view';
import { invoiceQuery, lineUsageQuery } from '../../dashboard/billing/invoices.queries';
import { useFormat } from '../../i18n/use-format';
import { Button } from '../../ui/button';
import { type DataColumn, DataTable } from '../../ui/data-table';
import { Drawer } from '../../ui/dialog';
import { FactList } from '../../ui/fact-list';
import { MoreButton } from '../../ui/more-button';
import { QueryView } from '../../ui/query-view';
import { TextLink } from '../../ui/text-link';
import { CreditNotesCard } from './credit-notes-card';
import { accountQuery } from './organizations.queries';

/** An invoice as its organization sees it, and what of the ledger each line is about. */
export function OrganizationInvoicePage() {
  const { t } = useTranslation();
  const { organizationId, invoiceId } = useParams({
    from: '/app/admin/organizations/$organizationId/invoices/$invoiceId',
  });
  const account = useQuery(accountQuery(organizationId));
  const invoice = useQuery(invoiceQuery(invoiceId, organizationId));
  const [position, setPosition] = useState<number>();
  return (
    <QueryView query={invoice} isPage>
      {(found) => (
        <>
          <p className="mb-1">
            <TextLink to="/admin/organizations/$organizationId" params={{ organizationId }}>
              {account.data?.name ?? found.billedTo}
            </TextLink>
          </p>
          <InvoiceView
            invoice={found}
            organizationId={organizationId}
            action={(of) => (
              <Button variant="quiet" className="-ml-3 h-7" onClick={() => setPosition(of)}>
                {t('operator.ledger.show')}
              </Button>
            )}
          />
          <div className="mt-5">
            <CreditNotesCard invoice={found} organizationId={organizationId} />
          </div>
          {position !== undefined && (
            <Drawer title={t('operator.ledger.title')} onClose={() => setPosition(undefined)}>
              <LineUsage organizationId={organizationId} invoiceId={invoiceId} position={position} />
            </Drawer>
          )}
        </>
      )}
    </QueryView>
  );
}

function LineUsage(props: { organizationId: string; invoiceId: string; position: number }) {
  const { organizationId, invoiceId, position } = props;
  const { t } = useTranslation();
  const format = useFormat();
  const usage = useInfiniteQuery(lineUsageQuery(organizationId, invoiceId, position));
  const columns: DataColumn<LineUsageEvent>[] = [
    {
      key: 'time',
      name: t('operator.ledger.time'),
      cell: ({ occurredAt }) => format.timestamp(occurredAt),
    },
    {
      key: 'entry',
      name: t('operator.ledger.entry'),
      cell: ({ id, correctsId, reason }) => (
        <>
          <code className="text-xs break-all">{id}</code>
          {correctsId && (
            <p className="text-xs text-muted">
              {t('operator.ledger.corrects', { id: correctsId })} {reason}
            </p>
          )}
        </>
      ),
    },
    {
      key: 'quantity',
      name: t('billing.quantity'),
      isNumber: true,
      cell: ({ quantity }) => format.number(quantity),
    },
  ];
  return (
    <QueryView query={usage}>
      {({ pages }) => (
        <div className="space-y-4">
          <p className="text-muted">{t('operator.ledger.hint')}</p>
          <FactList
            facts={[
              { name: t('operator.ledger.sum'), value: format.number(pages[0]!.quantity) },
              { name: t('operator.ledger.billed'), value: format.number(pages[0]!.billedQuantity) },
            ]}
          />
          <div className="rounded-lg border border-line">
            <DataTable
              label={t('operator.ledger.title')}
              rows={pages.flatMap(({ data }) => data)}
              keyOf={({ id }) => id}
              columns={columns}
            />
            <MoreButton query={usage} />
          </div>
        </div>
      )}
    </QueryView>
  );
}
