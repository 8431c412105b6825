import { useTranslation } from 'react-i18next';
import type { Import } from '../../api/client';
import { useFormat } from '../../i18n/use-format';
import { useTerms } from '../../i18n/use-terms';
import { Card } from '../../ui/card';
import { Cell, HeaderCell, Table } from '../../ui/table';

/** The rejected rows, as far as the API keeps them. */
export function ImportErrorsCard({ latest }: { latest: Import }) {
  const { t } = useTranslation();
  const format = useFormat();
  const terms = useTerms();
  const hiddenCount = (latest.rowsRejected ?? 0) - latest.errors.length;
  return (
    <Card
      title={t('import.errors')}
      hint={hiddenCount > 0 ? t('import.firstErrors', { count: latest.errors.length }) : undefined}
      isFlush
    >
      <Table label={t('import.errors')}>
        <thead>
          <tr>
            <HeaderCell isNumber>{t('import.row')}</HeaderCell>
            <HeaderCell>{t('import.column')}</HeaderCell>
            <HeaderCell className="w-full">{t('import.message')}</HeaderCell>
          </tr>
        </thead>
        <tbody>
          {latest.errors.map(({ row, column, message }) => (
            <tr key={`${row} ${column} ${message}`}>
              <Cell isNumber>{format.number(row)}</Cell>
              <Cell className="font-mono text-xs">{column ?? '—'}</Cell>
              <Cell>{terms.sentences(message)}</Cell>
            </tr>
          ))}
        </tbody>
      </Table>
    </Card>
  );
}
