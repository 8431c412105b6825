import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Impersonation } from '../../api/client';
import { useFormat } from '../../i18n/use-format';
import { Badge } from '../../ui/badge';
import { type DataColumn, DataTable } from '../../ui/data-table';

interface ImpersonationsTableProps {
  impersonations: Impersonation[];
  /** What may be done with each, in a column of its own. */
  action?: ((impersonation: Impersonation) => ReactNode) | undefined;
}

/** Who acted in an organization as whom, why and until when. */
export function ImpersonationsTable({ impersonations, action }: ImpersonationsTableProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const columns: DataColumn<Impersonation>[] = [
    {
      key: 'operator',
      name: t('impersonation.operator'),
      cell: ({ operatorEmail, isActive }) => (
        <div className="flex flex-wrap items-center gap-2 max-sm:justify-end">
          <span className="font-medium wrap-anywhere">{operatorEmail ?? t('impersonation.gone')}</span>
          {isActive && <Badge tone="danger">{t('impersonation.active')}</Badge>}
        </div>
      ),
    },
    {
      key: 'as',
      name: t('impersonation.who'),
      cell: ({ memberEmail, role }) => (
        <span className="wrap-anywhere">
          {memberEmail ? `${memberEmail} · ${t(`roles.${role}`)}` : t(`roles.${role}`)}
        </span>
      ),
    },
    {
      key: 'reason',
      name: t('impersonation.reason'),
      cell: ({ reason, supportMessageId }) => (
        <p className="max-w-md wrap-anywhere">{reason || (supportMessageId && t('impersonation.forMessage'))}</p>
      ),
    },
    {
      key: 'when',
      name: t('impersonation.when'),
      cell: ({ startedAt, endsAt, endedAt }) =>
        t('impersonation.fromTo', { from: format.dateTime(startedAt), to: format.clock(endedAt ?? endsAt) }),
    },
    ...(action ? [{ key: 'action', name: t('ui.actions'), cell: action }] : []),
  ];
  return (
    <DataTable label={t('impersonation.listTitle')} rows={impersonations} keyOf={({ id }) => id} columns={columns} />
  );
}
