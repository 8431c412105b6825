import { useTranslation } from 'react-i18next';
import type { Import } from '../../api/client';
import { useFormat } from '../../i18n/use-format';
import { useTerms } from '../../i18n/use-terms';
import { Card } from '../../ui/card';
import { Cell, HeaderCell, Table } from '../../ui/table';

/** Why rows were rejected: the first for each reason, and how many there are. */
export function ImportErrorsCard({ latest }: { latest: Import }) {
  const { t } = useTranslation();
  const format = useFormat();
  const terms = useTerms();
  return (
    <Card title={t('import.errors')} hint={t('import.firstOfEach')} isFlush>
      <Table label={t('import.errors')}>
        <thead>
          <tr>
            <HeaderCell isNumber>{t('import.row')}</HeaderCell>
            <HeaderCell>{t('import.column')}</HeaderCell>
            <HeaderCell className="w-full">{t('import.message')}</HeaderCell>
            <HeaderCell isNumber>{t('import.rows')}</HeaderCell>
          </tr>
        </thead>
        <tbody>
          {latest.rejections.map(({ row, column, message, rows }) => (
            <tr key={`${row} ${column} ${message}`}>
              <Cell isNumber>{format.number(row)}</Cell>
              <Cell className="font-mono text-xs">{column ?? '—'}</Cell>
              <Cell>{terms.sentences(message)}</Cell>
              <Cell isNumber>{format.number(rows)}</Cell>
            </tr>
          ))}
        </tbody>
      </Table>
    </Card>
  );
}
