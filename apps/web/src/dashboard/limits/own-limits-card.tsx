import { Gauge } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Limit, Limits, LimitUse } from '../../api/client';
import { Button } from '../../ui/button';
import { Card } from '../../ui/card';
import { EmptyState } from '../../ui/empty-state';
import { Cell, HeaderCell, Table } from '../../ui/table';
import { useMe } from '../auth/auth.queries';
import { DeleteLimitDialog } from './delete-limit-dialog';
import { LimitDialog } from './limit-dialog';
import { UseBar } from './use-bar';
import { type LimitWords, useLimitWords } from './use-limit-words';

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
  return (
    <Card title={t('limits.own')} hint={t('limits.ownHint')} isFlush>
      {limits.limits.length === 0 ? (
        <EmptyState icon={Gauge} title={t('limits.emptyTitle')}>
          {t('limits.emptyText')}
        </EmptyState>
      ) : (
        <Table label={t('limits.own')}>
          <thead>
            <tr>
              <HeaderCell>{t('limits.scope')}</HeaderCell>
              <HeaderCell>{t('limits.resource')}</HeaderCell>
              <HeaderCell className="w-2/5">{t('limits.use')}</HeaderCell>
              <HeaderCell>
                <span className="sr-only">{t('ui.actions')}</span>
              </HeaderCell>
            </tr>
          </thead>
          <tbody>
            {limits.limits.map((limit) => (
              <LimitRow
                key={limit.id}
                limit={limit}
                use={limits.uses.find(({ limitId }) => limitId === limit.id)}
                words={words}
                onChange={setChanging}
                onDelete={setDeleting}
              />
            ))}
          </tbody>
        </Table>
      )}
      {isSetting && <LimitDialog currency={currency} words={words} onClose={onSet} />}
      {changing && <LimitDialog limit={changing} currency={currency} words={words} onClose={() => setChanging(null)} />}
      {deleting && <DeleteLimitDialog limit={deleting} words={words} onClose={() => setDeleting(null)} />}
    </Card>
  );
}

interface LimitRowProps {
  limit: Limit;
  /** Absent for a rate. */
  use: LimitUse | undefined;
  words: LimitWords;
  onChange: (limit: Limit) => void;
  onDelete: (limit: Limit) => void;
}

function LimitRow({ limit, use, words, onChange, onDelete }: LimitRowProps) {
  const { t } = useTranslation();
  const { can } = useMe();
  const { resource, quantity, burst } = limit;
  const name = `${words.resource(resource)}, ${words.scope(limit)}`;
  return (
    <tr>
      <Cell>{words.scope(limit)}</Cell>
      <Cell className="font-medium">{words.resource(resource)}</Cell>
      <Cell>
        {use ? (
          <UseBar use={use} words={words} />
        ) : (
          t('limits.rate', { quantity: words.quantity(resource, quantity), burst: burst ?? 0 })
        )}
      </Cell>
      <Cell className="text-right">
        {can('limits:write') && (
          <span className="flex justify-end gap-2">
            <Button aria-label={t('limits.changeNamed', { name })} onClick={() => onChange(limit)}>
              {t('ui.change')}
            </Button>
            <Button aria-label={t('limits.deleteNamed', { name })} onClick={() => onDelete(limit)}>
              {t('ui.delete')}
            </Button>
          </span>
        )}
      </Cell>
    </tr>
  );
}
