import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import {
  type CreditNoteProposal,
  creditNotesConfirm,
  creditNotesDecline,
  creditNotesListOf,
  creditNotesPropose,
  type Invoice,
  unwrap,
} from '../../api/client';
import { creditNotePdfUrl } from '../../dashboard/billing/invoices.queries';
import { mailLanguageOf } from '../../i18n/i18n';
import { useFormat } from '../../i18n/use-format';
import { Badge } from '../../ui/badge';
import { Button } from '../../ui/button';
import { Card } from '../../ui/card';
import { type DataColumn, DataTable } from '../../ui/data-table';
import { TextAreaField, TextField } from '../../ui/field';
import { FormDialog } from '../../ui/form-dialog';
import { ProblemNotice } from '../../ui/problem-notice';
import { QueryView } from '../../ui/query-view';
import { textLinkClass } from '../../ui/text-link';

const TONES = { proposed: 'warning', issued: 'success', declined: 'neutral', expired: 'neutral' } as const;

/** What was credited or refunded of an invoice, and what waits for a second operator. */
export function CreditNotesCard({ invoice, organizationId }: { invoice: Invoice; organizationId: string }) {
  const { t } = useTranslation();
  const format = useFormat();
  const [isProposing, setIsProposing] = useState(false);
  const invoiceId = invoice.id;
  const notes = useQuery({
    queryKey: ['admin', 'credit-notes', invoiceId],
    queryFn: () => unwrap(creditNotesListOf({ path: { organizationId, invoiceId } })),
  });
  const columns = useCreditNoteColumns();
  const kind = invoice.status === 'paid' ? 'refund' : 'credit';
  const canBe = ['paid', 'open', 'uncollectible'].includes(invoice.status);
  return (
    <QueryView query={notes}>
      {({ data, left, aloneMax }) => (
        <Card
          title={t('creditNotes.title')}
          hint={t('creditNotes.left', { amount: format.money(left, invoice.currency) })}
          isFlush
          actions={
            canBe &&
            Number(left) > 0 && <Button onClick={() => setIsProposing(true)}>{t(`creditNotes.new.${kind}`)}</Button>
          }
        >
          {data.length === 0 ? (
            <p className="px-5 py-4 text-muted">{t('creditNotes.none')}</p>
          ) : (
            <DataTable label={t('creditNotes.title')} rows={data} keyOf={({ id }) => id} columns={columns} />
          )}
          {isProposing && (
            <ProposeDialog
              invoice={invoice}
              organizationId={organizationId}
              kind={kind}
              hint={t('creditNotes.alone', { amount: format.money(aloneMax, invoice.currency) })}
              onClose={() => setIsProposing(false)}
            />
          )}
        </Card>
      )}
    </QueryView>
  );
}

function useCreditNotesChange<T>(change: (value: T) => Promise<unknown>, onSuccess?: () => void) {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: change,
    onSuccess: async () => {
      await queryClient.invalidateQueries({ queryKey: ['admin', 'credit-notes'] });
      onSuccess?.();
    },
  });
}

interface ProposeDialogProps {
  invoice: Invoice;
  organizationId: string;
  kind: CreditNoteProposal['kind'];
  hint: string;
  onClose: () => void;
}

function ProposeDialog({ invoice, organizationId, kind, hint, onClose }: ProposeDialogProps) {
  const { t } = useTranslation();
  const { id: invoiceId, currency } = invoice;
  const propose = useCreditNotesChange(
    (values: FormData) =>
      unwrap(
        creditNotesPropose({
          path: { organizationId, invoiceId },
          body: {
            kind,
            amount: String(values.get('amount')).trim(),
            currency,
            reason: String(values.get('reason')),
          },
        }),
      ),
    onClose,
  );
  return (
    <FormDialog
      title={t(`creditNotes.new.${kind}`)}
      submitLabel={t('creditNotes.submit')}
      onSubmit={propose.mutate}
      onClose={onClose}
      isBusy={propose.isPending}
      error={propose.error}
    >
      <TextField
        label={t('creditNotes.amount', { currency: currency.toUpperCase() })}
        name="amount"
        hint={hint}
        inputMode="decimal"
        required
        autoComplete="off"
      />
      <TextAreaField
        label={t('creditNotes.reason')}
        name="reason"
        hint={t('creditNotes.reasonHint')}
        minLength={10}
        maxLength={500}
        required
      />
    </FormDialog>
  );
}

/** With the buttons of the second operator. */
export function useCreditNoteColumns(): DataColumn<CreditNoteProposal>[] {
  const { t, i18n } = useTranslation();
  const format = useFormat();
  return [
    {
      key: 'number',
      name: t('creditNotes.number'),
      isPinned: true,
      cell: ({ id, organization, number, kind }) => (
        <>
          {number ? (
            <a
              href={creditNotePdfUrl(mailLanguageOf(i18n.language), id, organization.id)}
              download
              className={textLinkClass}
            >
              {number}
            </a>
          ) : (
            <p className="font-medium">—</p>
          )}
          <p className="text-xs text-muted">{t(`creditNotes.kinds.${kind}`)}</p>
        </>
      ),
    },
    {
      key: 'amount',
      name: t('billing.amount'),
      isNumber: true,
      cell: ({ amount, asCredits, currency }) => (
        <>
          {format.money(amount, currency)}
          {Number(asCredits) > 0 && (
            <p className="text-xs text-muted">
              {t('creditNotes.asCredits', { amount: format.money(asCredits, currency) })}
            </p>
          )}
        </>
      ),
    },
    {
      key: 'status',
      name: t('creditNotes.status'),
      cell: ({ status, collection, blockedReason }) => (
        <>
          <Badge tone={collection === 'blocked' ? 'warning' : TONES[status]}>
            {t(`creditNotes.statuses.${status}`)}
          </Badge>
          {collection !== 'none' && (
            <p className="mt-1 max-w-xs text-xs wrap-anywhere text-muted">
              {t(`creditNotes.collections.${collection}`)}
              {blockedReason && `: ${blockedReason}`}
            </p>
          )}
        </>
      ),
    },
    {
      key: 'reason',
      name: t('creditNotes.reason'),
      cell: ({ reason, proposedBy, proposedAt }) => (
        <>
          <p className="max-w-md wrap-anywhere">{reason}</p>
          <p className="text-xs text-muted">
            {proposedBy && `${proposedBy} · `}
            {format.dateTime(proposedAt)}
          </p>
        </>
      ),
    },
    { key: 'decide', name: t('ui.actions'), cell: (note) => note.status === 'proposed' && <Decide note={note} /> },
  ];
}

function Decide({ note }: { note: CreditNoteProposal }) {
  const { t } = useTranslation();
  const path = { organizationId: note.organization.id, creditNoteId: note.id };
  const confirm = useCreditNotesChange(() => unwrap(creditNotesConfirm({ path })));
  const decline = useCreditNotesChange(() => unwrap(creditNotesDecline({ path })));
  const error = confirm.error ?? decline.error;
  return (
    <div className="space-y-1">
      <div className="flex gap-2 max-sm:flex-wrap max-sm:justify-end">
        {!note.isYours && (
          <Button variant="primary" isBusy={confirm.isPending} onClick={() => confirm.mutate(undefined)}>
            {t('creditNotes.confirm')}
          </Button>
        )}
        <Button isBusy={decline.isPending} onClick={() => decline.mutate(undefined)}>
          {note.isYours ? t('creditNotes.takeBack') : t('creditNotes.decline')}
        </Button>
      </div>
      {error && <ProblemNotice error={error} />}
    </div>
  );
}
