import { useTranslation } from 'react-i18next';
import { useFormat } from '../../i18n/use-format';
import { useTerms } from '../../i18n/use-terms';
import { Card } from '../../ui/card';
import { Cell, HeaderCell, Table } from '../../ui/table';
import { useFamily } from './families.queries';

/** Metrics that tell the recipes apart at a glance. */
const SHOWN = 2;
const DIGITS = 4;

/** The part of a version's report that says how its recipe was chosen. */
export interface Search {
  explanation: string;
  settings: Record<string, unknown>;
  leaderboard: { recipe: string; metrics: Record<string, number>; seconds: number }[];
}

/** Which recipes the search compared, and why it settled on the first. */
export function LeaderboardCard({ search: report, family }: { search: Search; family: string }) {
  const { t } = useTranslation();
  const terms = useTerms();
  const format = useFormat();
  const measured = report.leaderboard[0]?.metrics ?? {};
  const shown = Object.keys(useFamily(family)?.metrics ?? measured)
    .filter((metric) => metric in measured)
    .slice(0, SHOWN);
  return (
    <Card title={t('leaderboard.title')} hint={terms.sentences(report.explanation)} isFlush>
      <Table label={t('leaderboard.title')}>
        <thead>
          <tr>
            <HeaderCell>{t('models.recipe')}</HeaderCell>
            {shown.map((metric) => (
              <HeaderCell key={metric} isNumber>
                {terms.name('metrics', metric)}
              </HeaderCell>
            ))}
            <HeaderCell isNumber>{t('leaderboard.seconds')}</HeaderCell>
          </tr>
        </thead>
        <tbody>
          {report.leaderboard.map(({ recipe, metrics, seconds }, place) => (
            <tr key={recipe} className={place === 0 ? 'font-medium' : undefined}>
              <Cell>{terms.name('recipes', recipe)}</Cell>
              {shown.map((metric) => (
                <Cell key={metric} isNumber>
                  {format.fixed(metrics[metric] ?? 0, DIGITS)}
                </Cell>
              ))}
              <Cell isNumber>{format.fixed(seconds, 1)}</Cell>
            </tr>
          ))}
        </tbody>
      </Table>
    </Card>
  );
}
