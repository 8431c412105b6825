import { Gauge } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Limit, Limits, LimitUse } from '../../api/client';
import { Button } from '../../ui/button';
import { Card } from '../../ui/card';
import { type DataColumn, DataTable } from '../../ui/data-table';
import { EmptyState } from '../../ui/empty-state';
import { useMe } from '../auth/auth.queries';
import { DeleteLimitDialog } from './delete-limit-dialog';
import { LimitDialog } from './limit-dialog';
import { UseBar } from './use-bar';
import { type LimitWords, SPEND, useLimitWords } from './use-limit-words';

interface OwnLimitsCardProps {
  limits: Limits;
  /** Whether the dialog for a new limit is open. */
  isSetting: boolean;
  onSet: () => void;
}

/** Limits that the organization has set itself. */
export function OwnLimitsCard({ limits, isSetting, onSet }: OwnLimitsCardProps) {
  const { t } = useTranslation();
  const [changing, setChanging] = useState<Limit | null>(null);
  const [deleting, setDeleting] = useState<Limit | null>(null);
  const { currency } = limits;
  const words = useLimitWords(currency);
  const columns = useColumns({ uses: limits.uses, words, onChange: setChanging, onDelete: setDeleting });
  return (
    <Card title={t('limits.own')} hint={t('limits.ownHint')} isFlush>
      {limits.limits.length === 0 ? (
        <EmptyState icon={Gauge} title={t('limits.emptyTitle')}>
          {t('limits.emptyText')}
        </EmptyState>
      ) : (
        <DataTable label={t('limits.own')} columns={columns} rows={limits.limits} keyOf={({ id }) => id} />
      )}
      {isSetting && <LimitDialog currency={currency} words={words} onClose={onSet} />}
      {changing && <LimitDialog limit={changing} currency={currency} words={words} onClose={() => setChanging(null)} />}
      {deleting && <DeleteLimitDialog limit={deleting} words={words} onClose={() => setDeleting(null)} />}
    </Card>
  );
}

interface ColumnsOptions {
  uses: LimitUse[];
  words: LimitWords;
  onChange: (limit: Limit) => void;
  onDelete: (limit: Limit) => void;
}

function useColumns({ uses, words, onChange, onDelete }: ColumnsOptions): DataColumn<Limit>[] {
  const { t } = useTranslation();
  const { can } = useMe();
  const actions: DataColumn<Limit> = {
    key: 'actions',
    name: t('ui.actions'),
    isPinned: true,
    cell: (limit) => {
      const name = `${words.resource(limit.resource)}, ${words.scope(limit)}`;
      return (
        <span className="flex justify-end gap-2">
          <Button aria-label={t('limits.changeNamed', { name })} onClick={() => onChange(limit)}>
            {t('ui.change')}
          </Button>
          <Button aria-label={t('limits.deleteNamed', { name })} onClick={() => onDelete(limit)}>
            {t('ui.delete')}
          </Button>
        </span>
      );
    },
  };
  return [
    { key: 'scope', name: t('limits.scope'), cell: words.scope },
    {
      key: 'resource',
      name: t('limits.resource'),
      cell: ({ resource }) => <span className="font-medium">{words.resource(resource)}</span>,
    },
    {
      key: 'use',
      name: t('limits.use'),
      cell: ({ id, scope, resource, quantity, burst }) => {
        const use = uses.find(({ limitId }) => limitId === id);
        if (!use) return t('limits.rate', { quantity: words.quantity(resource, quantity), burst: burst ?? 0 });
        return (
          <>
            <UseBar use={use} words={words} />
            {resource === SPEND && scope === 'organization' && (
              <p className="mt-1 text-xs text-muted">{t('limits.spendBeyond')}</p>
            )}
          </>
        );
      },
    },
    ...(can('limits:write') ? [actions] : []),
  ];
}
