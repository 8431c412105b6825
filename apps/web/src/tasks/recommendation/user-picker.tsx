import { Shuffle } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Deployment } from '../../api/client';
import { useMe } from '../../dashboard/auth/auth.queries';
import { useFormat } from '../../i18n/use-format';
import { Button } from '../../ui/button';
import { Choice } from '../../ui/choice';
import { classNames } from '../../ui/class-names';
import { type UserOrder, useKnownUsers } from './users.queries';

const ORDERS: UserOrder[] = ['busiest', 'newest', 'random'];

interface UserPickerProps {
  deployment: Deployment;
  selected: string;
  onPick: (userId: string) => void;
}

/** Users of the customer's own, of whom a click asks at once. */
export function UserPicker({ deployment, selected, onPick }: UserPickerProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const [order, setOrder] = useState<UserOrder>('busiest');
  const { can } = useMe();
  const { data, isFetching, isPending, refetch } = useKnownUsers(deployment, order);
  const users = data?.data;
  // The place of a list that is full, so that the form below does not move.
  if (isPending && can('end-users:read')) return <div className="h-63 animate-pulse rounded-md bg-sunken" />;
  if (!users || (users.length === 0 && !isFetching)) return null;
  return (
    <div className="space-y-2">
      <div className="flex flex-wrap items-center justify-between gap-2">
        <Choice
          label={t('tasks.recommendation.orderOfUsers')}
          options={ORDERS.map((value) => ({ value, label: t(`tasks.recommendation.order.${value}`) }))}
          value={order}
          onChange={setOrder}
        />
        {order === 'random' && (
          <Button variant="quiet" isBusy={isFetching} onClick={() => void refetch()}>
            {!isFetching && <Shuffle aria-hidden />}
            {t('tasks.recommendation.others')}
          </Button>
        )}
      </div>
      <ul
        aria-label={t('tasks.recommendation.users')}
        aria-busy={isFetching}
        className="max-h-52 divide-y divide-line overflow-y-auto rounded-md border border-line"
      >
        {users.map(({ userId, rows }) => (
          <li key={userId}>
            <button
              type="button"
              aria-pressed={userId === selected}
              onClick={() => onPick(userId)}
              className={classNames(
                'flex min-h-9 w-full items-center justify-between gap-3 px-3 py-1.5 text-left',
                userId === selected ? 'bg-accent-soft font-medium text-accent' : 'hover:bg-sunken',
              )}
            >
              <span className="min-w-0 truncate">{userId}</span>
              <span className={classNames('shrink-0 text-xs tabular-nums', userId !== selected && 'text-muted')}>
                {t('tasks.recommendation.interactions', { count: rows, shown: format.number(rows) })}
              </span>
            </button>
          </li>
        ))}
      </ul>
    </div>
  );
}
