import { type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../../i18n/use-format';
import { useTerms } from '../../i18n/use-terms';
import { Card } from '../../ui/card';
import { DataTable } from '../../ui/data-table';

export interface UsageTableRow {
  id: string;
  /** One for each heading. */
  names: ReactNode[];
  quantityOf: (meter: string) => string;
}

interface UsageTableCardProps {
  title: string;
  headings: string[];
  meters: string[];
  rows: UsageTableRow[];
}

/** Quantities of the meters, line by line. */
export function UsageTableCard({ title, headings, meters, rows }: UsageTableCardProps) {
  const { t } = useTranslation();
  const terms = useTerms();
  const format = useFormat();
  return (
    <Card title={title} isFlush>
      {rows.length === 0 ? (
        <p className="px-5 py-8 text-center text-muted">{t('usage.none')}</p>
      ) : (
        <DataTable
          label={title}
          rows={rows}
          keyOf={({ id }) => id}
          columns={[
            ...headings.map((name, place) => ({
              key: name,
              name,
              isPinned: place === 0,
              cell: ({ names }: UsageTableRow) => names[place],
            })),
            ...meters.map((meter) => ({
              key: meter,
              name: terms.name('meters', meter),
              isNumber: true,
              cell: ({ quantityOf }: UsageTableRow) => format.number(quantityOf(meter)),
            })),
          ]}
        />
      )}
    </Card>
  );
}
