import { useInfiniteQuery } from '@tanstack/react-query';
import { HandCoins } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { buildUrl, type CreditNoteProposal, type CreditNotesExportData, creditNotesList } from '../../api/client';
import { listQuery } from '../../api/list-query';
import { Card } from '../../ui/card';
import { CsvLink } from '../../ui/csv-link';
import { type DataColumn, DataTable } from '../../ui/data-table';
import { EmptyState } from '../../ui/empty-state';
import { MoreButton } from '../../ui/more-button';
import { PageHeader } from '../../ui/page-header';
import { QueryView } from '../../ui/query-view';
import { Select } from '../../ui/select';
import { TextLink } from '../../ui/text-link';
import { useOrganizationColumn } from '../organization-column';
import { useCreditNoteColumns } from '../organizations/credit-notes-card';
import { CreditRefundsCard } from './credit-refunds-card';

const STATES = ['proposed', 'blocked', 'all'] as const;

function useInvoiceColumn(): DataColumn<CreditNoteProposal> {
  const { t } = useTranslation();
  return {
    key: 'invoice',
    name: t('creditNotes.invoice'),
    cell: ({ invoiceId, invoiceNumber, organization: { id: organizationId } }) => (
      <span className="whitespace-nowrap">
        <TextLink to="/admin/organizations/$organizationId/invoices/$invoiceId" params={{ organizationId, invoiceId }}>
          {invoiceNumber ?? t('invoices.status.draft')}
        </TextLink>
      </span>
    ),
  };
}

/** Credits and refunds of all organizations: first what waits for a second operator. */
export function CreditNotesPage() {
  const { t } = useTranslation();
  const [state, setState] = useState<(typeof STATES)[number]>('proposed');
  const notes = useInfiniteQuery(
    listQuery(['admin', 'credit-notes', 'list', state], (cursor) => creditNotesList({ query: { state, cursor } })),
  );
  const columns = [useOrganizationColumn(), useInvoiceColumn(), ...useCreditNoteColumns()];
  return (
    <>
      <PageHeader
        title={t('creditNotes.title')}
        hint={t('creditNotes.hint')}
        actions={
          <>
            <Select
              aria-label={t('creditNotes.status')}
              value={state}
              onChange={({ target }) => setState(target.value as typeof state)}
            >
              {STATES.map((each) => (
                <option key={each} value={each}>
                  {t(`creditNotes.states.${each}`)}
                </option>
              ))}
            </Select>
            <CsvLink href={buildUrl<CreditNotesExportData>({ url: '/v1/admin/credit-notes.csv', query: { state } })} />
          </>
        }
      />
      <QueryView query={notes}>
        {({ pages }) => (
          <Card isFlush>
            {pages[0]!.data.length === 0 ? (
              <EmptyState icon={HandCoins} title={t(`creditNotes.noneOf.${state}`)}>
                {t('creditNotes.noneWaitingText')}
              </EmptyState>
            ) : (
              <DataTable
                label={t('creditNotes.title')}
                columns={columns}
                rows={pages.flatMap(({ data }) => data)}
                keyOf={({ id }) => id}
              />
            )}
            <MoreButton query={notes} />
          </Card>
        )}
      </QueryView>
      <div className="mt-5">
        <CreditRefundsCard />
      </div>
    </>
  );
}
