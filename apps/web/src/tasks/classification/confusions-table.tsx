import { useTranslation } from 'react-i18next';
import { useFormat } from '../../i18n/use-format';
import { Cell, HeaderCell, Table } from '../../ui/table';
import type { Confusion } from './report';
import { ShowMore, useShown } from './show-more';

/** Labels that are mistaken for each other, with texts that show it. */
export function ConfusionsTable({ confusions }: { confusions: Confusion[] }) {
  const { t } = useTranslation();
  const format = useFormat();
  const { shown, ...more } = useShown(confusions);
  if (confusions.length === 0) return <p className="text-muted">{t('tasks.classification.noConfusions')}</p>;
  return (
    <div className="space-y-3">
      <p className="text-muted">{t('tasks.classification.confusionsHint')}</p>
      <Table label={t('tasks.classification.confusions')}>
        <thead>
          <tr>
            <HeaderCell>{t('tasks.classification.actual')}</HeaderCell>
            <HeaderCell>{t('tasks.classification.predicted')}</HeaderCell>
            <HeaderCell isNumber>{t('tasks.classification.count')}</HeaderCell>
            <HeaderCell>{t('tasks.classification.examples')}</HeaderCell>
          </tr>
        </thead>
        <tbody>
          {shown.map(({ actual, predicted, count, examples }) => (
            <tr key={JSON.stringify([actual, predicted])} className="align-top">
              <Cell>
                <bdi className="break-words">{actual}</bdi>
              </Cell>
              <Cell>
                <bdi className="break-words">{predicted}</bdi>
              </Cell>
              <Cell isNumber>{format.number(count)}</Cell>
              <Cell className="min-w-64">
                <ul className="space-y-1">
                  {[...new Set(examples)].map((example) => (
                    <li key={example} dir="auto" className="break-words">
                      {example}
                    </li>
                  ))}
                </ul>
              </Cell>
            </tr>
          ))}
        </tbody>
      </Table>
      <ShowMore {...more} />
    </div>
  );
}
