import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { DataColumn } from './data-table';
import { RelativeTime } from './relative-time';

/** Of a list by name: what each row is called, with the way to it. */
export function useNameColumn<Row>(cell: (row: Row) => ReactNode): DataColumn<Row> {
  const { t } = useTranslation();
  return { key: 'name', name: t('ui.name'), isPinned: true, isSortable: true, startsAscending: true, cell };
}

/** When each row was made, by which lists are ordered unless asked otherwise. */
export function useCreatedColumn<Row extends { createdAt: string }>(): DataColumn<Row> {
  const { t } = useTranslation();
  return {
    key: 'createdAt',
    name: t('ui.created'),
    isSortable: true,
    cell: ({ createdAt }) => <RelativeTime time={createdAt} />,
  };
}
