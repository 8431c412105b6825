import { useInfiniteQuery, useMutation, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import {
  type PricePublication,
  pricePublicationsConfirm,
  pricePublicationsDecline,
  pricePublicationsList,
  pricePublicationsWithdraw,
  unwrap,
} from '../../api/client';
import { listQuery } from '../../api/list-query';
import { PriceItem } from '../../dashboard/billing/price-item';
import { useFormat } from '../../i18n/use-format';
import { Badge } from '../../ui/badge';
import { Button } from '../../ui/button';
import { Card } from '../../ui/card';
import { type DataColumn, DataTable } from '../../ui/data-table';
import { MoreButton } from '../../ui/more-button';
import { ProblemNotice } from '../../ui/problem-notice';
import { QueryView } from '../../ui/query-view';

const TONES = {
  proposed: 'warning',
  published: 'success',
  declined: 'neutral',
  withdrawn: 'neutral',
  expired: 'neutral',
} as const;

/** Prices that were proposed and published, with what is to be decided. */
export function PublicationsCard() {
  const { t } = useTranslation();
  const publications = useInfiniteQuery(
    listQuery(['admin', 'price-publications'], (cursor) => pricePublicationsList({ query: { cursor } })),
  );
  const columns = useColumns();
  return (
    <QueryView query={publications}>
      {({ pages }) => (
        <Card title={t('operator.publications.title')} hint={t('operator.publications.hint')} isFlush>
          {pages[0]!.data.length === 0 ? (
            <p className="px-5 py-4 text-muted">{t('operator.publications.none')}</p>
          ) : (
            <DataTable
              label={t('operator.publications.title')}
              rows={pages.flatMap(({ data }) => data)}
              keyOf={({ id }) => id}
              columns={columns}
            />
          )}
          <MoreButton query={publications} />
        </Card>
      )}
    </QueryView>
  );
}

function useColumns(): DataColumn<PricePublication>[] {
  const { t } = useTranslation();
  const format = useFormat();
  return [
    {
      key: 'price',
      name: t('operator.publications.price'),
      isPinned: true,
      cell: ({ plan, currency, draft }) => (
        <>
          <p className="font-medium">{plan}</p>
          <p className="text-xs text-muted">
            {format.money(draft.monthlyFee, currency)} {t('billing.perMonth')}
          </p>
          <details className="text-xs">
            <summary className="min-h-6">{t('operator.publications.meters')}</summary>
            <ul className="space-y-1.5">
              {draft.meters.map((price) => (
                <PriceItem
                  key={`${price.meter} ${price.deviceClass}`}
                  price={{
                    ...price,
                    deviceClass: price.deviceClass ?? '',
                    packageSize: price.packageSize ?? null,
                    unitAmount: price.unitAmount ?? '0',
                    tiers: (price.tiers ?? []).map((tier) => ({ ...tier, flatAmount: tier.flatAmount ?? '0' })),
                    unit: '',
                  }}
                  currency={currency}
                />
              ))}
            </ul>
          </details>
        </>
      ),
    },
    {
      key: 'status',
      name: t('creditNotes.status'),
      cell: ({ status }) => <Badge tone={TONES[status]}>{t(`operator.publications.statuses.${status}`)}</Badge>,
    },
    {
      key: 'dates',
      name: t('operator.publications.dates'),
      cell: ({ validFrom, movesAt }) => (
        <>
          <p>
            {validFrom
              ? t('operator.publications.onOfferFrom', { date: format.dateTime(validFrom) })
              : t('operator.publications.onceConfirmed')}
          </p>
          <p className="text-xs text-muted">
            {movesAt
              ? t('operator.publications.movesFrom', { date: format.dateTime(movesAt) })
              : t('operator.publications.kept')}
          </p>
        </>
      ),
    },
    {
      key: 'outcome',
      name: t('operator.pricing.result'),
      cell: ({ currency, simulation: { change, winnersCount, losersCount, reproduces } }) => (
        <>
          <p>{format.money(change, currency)}</p>
          <p className="text-xs text-muted">{t('operator.pricing.winners', { count: winnersCount })}</p>
          <p className="text-xs text-muted">{t('operator.pricing.losers', { count: losersCount })}</p>
          {!reproduces && <p className="text-xs text-warning">{t('operator.publications.didNotReproduce')}</p>}
        </>
      ),
    },
    {
      key: 'people',
      name: t('operator.publications.people'),
      cell: ({ proposedBy, proposedAt, decidedBy, decidedAt }) => (
        <>
          <p className="wrap-anywhere">
            {proposedBy} · {format.dateTime(proposedAt)}
          </p>
          {decidedAt && (
            <p className="text-xs wrap-anywhere text-muted">
              {decidedBy} · {format.dateTime(decidedAt)}
            </p>
          )}
        </>
      ),
    },
    { key: 'decide', name: t('ui.actions'), cell: (publication) => <Decide publication={publication} /> },
  ];
}

function Decide({ publication: { id, status, isYours, mayConfirm, mayWithdraw } }: { publication: PricePublication }) {
  const { t } = useTranslation();
  const queryClient = useQueryClient();
  const decide = useMutation({
    mutationFn: (call: typeof pricePublicationsConfirm) => unwrap(call({ path: { publicationId: id } })),
    onSuccess: async () => {
      await queryClient.invalidateQueries({ queryKey: ['admin', 'price-publications'] });
      await queryClient.invalidateQueries({ queryKey: ['price-list'] });
    },
  });
  const button = (label: string, call: typeof pricePublicationsConfirm, variant?: 'primary') => (
    <Button {...(variant && { variant })} isBusy={decide.isPending} onClick={() => decide.mutate(call)}>
      {label}
    </Button>
  );
  return (
    <div className="space-y-1">
      <div className="flex flex-wrap gap-2">
        {mayConfirm && button(t('creditNotes.confirm'), pricePublicationsConfirm, 'primary')}
        {status === 'proposed' &&
          button(t(isYours ? 'creditNotes.takeBack' : 'creditNotes.decline'), pricePublicationsDecline)}
        {mayWithdraw && button(t('operator.publications.withdraw'), pricePublicationsWithdraw)}
      </div>
      {decide.isError && <ProblemNotice error={decide.error} />}
    </div>
  );
}
