import { type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Card } from '../../ui/card';
import { Cell, HeaderCell, Table } from '../../ui/table';
import { MeterHeaders, MeterQuantities } from './meter-columns';

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
  return (
    <Card title={title} isFlush>
      {rows.length === 0 ? (
        <p className="px-5 py-8 text-center text-muted">{t('usage.none')}</p>
      ) : (
        <Table label={title}>
          <thead>
            <tr>
              {headings.map((heading) => (
                <HeaderCell key={heading}>{heading}</HeaderCell>
              ))}
              <MeterHeaders meters={meters} />
            </tr>
          </thead>
          <tbody>
            {rows.map(({ id, names, quantityOf }) => (
              <tr key={id}>
                {headings.map((heading, index) => (
                  <Cell key={heading} className="whitespace-nowrap">
                    {names[index]}
                  </Cell>
                ))}
                <MeterQuantities meters={meters} quantityOf={quantityOf} />
              </tr>
            ))}
          </tbody>
        </Table>
      )}
    </Card>
  );
}
