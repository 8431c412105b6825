import { useTranslation } from 'react-i18next';
import type { CreditBalance, CreditGrant, OrganizationCreditGrant } from '../../api/client';
import { useFormat } from '../../i18n/use-format';
import { Badge, type Tone } from '../../ui/badge';
import type { DataColumn } from '../../ui/data-table';
import { FactList } from '../../ui/fact-list';

type Grant = Omit<CreditGrant, 'status'> & Pick<OrganizationCreditGrant, 'status'>;

const TONES: Partial<Record<Grant['status'], Tone>> = { active: 'success', proposed: 'warning', unpaid: 'warning' };

/** What is left of prepaid credits, and of that after the running period. */
export function CreditBalanceFacts({ credits }: { credits: CreditBalance }) {
  const { t } = useTranslation();
  const format = useFormat();
  const { balance, unbilled, owed, available, currency } = credits;
  return (
    <FactList
      facts={[
        { name: t('credits.balance'), value: format.money(balance, currency) },
        { name: t('credits.unbilled'), value: format.money(unbilled, currency) },
        ...(Number(owed) > 0 ? [{ name: t('credits.owed'), value: format.money(owed, currency) }] : []),
        { name: t('credits.available'), value: format.money(available, currency) },
      ]}
    />
  );
}

/** Of customers and operators alike. */
export function useCreditGrantColumns<Row extends Grant>(): DataColumn<Row>[] {
  const { t } = useTranslation();
  const format = useFormat();
  return [
    {
      key: 'kind',
      name: t('credits.kind'),
      isPinned: true,
      cell: ({ kind, isAutomatic, createdAt }) => (
        <>
          <p className="font-medium">{t(isAutomatic ? 'credits.kinds.automatic' : `credits.kinds.${kind}`)}</p>
          <p className="text-xs text-muted">{format.date(createdAt)}</p>
        </>
      ),
    },
    {
      key: 'amount',
      name: t('billing.amount'),
      isNumber: true,
      cell: ({ amount, currency }) => format.money(amount, currency),
    },
    {
      key: 'left',
      name: t('credits.left'),
      isNumber: true,
      cell: ({ left, takenBack, currency }) => (
        <>
          {format.money(left, currency)}
          {Number(takenBack) > 0 && (
            <p className="text-xs text-muted">
              {t('credits.takenBack', { amount: format.money(takenBack, currency) })}
            </p>
          )}
        </>
      ),
    },
    {
      key: 'status',
      name: t('lists.status'),
      cell: ({ status, expiresAt }) => (
        <>
          <Badge tone={TONES[status] ?? 'neutral'}>{t(`credits.statuses.${status}`)}</Badge>
          {expiresAt && (
            <p className="text-xs text-muted">{t('credits.until', { time: format.dateTime(expiresAt) })}</p>
          )}
        </>
      ),
    },
    {
      key: 'reason',
      name: t('credits.reason'),
      cell: ({ reason }) => <p className="max-w-md wrap-anywhere">{reason ?? '–'}</p>,
    },
  ];
}
