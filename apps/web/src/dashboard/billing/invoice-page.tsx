import { useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { QueryView } from '../../ui/query-view';
import { TextLink } from '../../ui/text-link';
import { InvoiceView } from './invoice-view';
import { invoiceQuery } from './invoices.queries';
import { IssuedCreditNotesCard } from './issued-credit-notes-card';

export function InvoicePage() {
  const { t } = useTranslation();
  const { invoiceId } = useParams({ from: '/app/billing/invoices/$invoiceId' });
  const invoice = useQuery(invoiceQuery(invoiceId));
  return (
    <QueryView query={invoice} isPage>
      {(found) => (
        <>
          <p className="mb-1">
            <TextLink to="/billing">{t('billing.title')}</TextLink>
          </p>
          <InvoiceView invoice={found} />
          <div className="mt-5">
            <IssuedCreditNotesCard invoiceId={found.id} />
          </div>
        </>
      )}
    </QueryView>
  );
}
