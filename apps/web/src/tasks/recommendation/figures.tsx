import { useTranslation } from 'react-i18next';
import { useFormat } from '../../i18n/use-format';
import { Figures, type Figure } from '../../ui/figures';
import { toFraction } from '../fraction';
import type { FiguresProps } from '../task';

/** How many users are shown something that they chose, how that compares with what is popular, and how much of the catalogue is shown. */
export function RecommendationFigures({ result: { values, baselines } }: FiguresProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const { popularity = {} } = baselines;
  const { 'hitRate@20': hits, 'recall@20': found, 'coverage@20': coverage } = values;
  const figures: Figure[] = [];
  if (hits !== undefined) {
    figures.push({ value: t('figures.fraction', toFraction(hits)), text: t('tasks.recommendation.figures.hits') });
  }
  if (found !== undefined && popularity['recall@20']) {
    const times = format.number(found / popularity['recall@20'], { maximumSignificantDigits: 2 });
    figures.push({ value: t('figures.times', { times }), text: t('tasks.recommendation.figures.found') });
  }
  if (coverage !== undefined) {
    const popular = format.percent(popularity['coverage@20'] ?? 0);
    figures.push({ value: format.percent(coverage), text: t('tasks.recommendation.figures.coverage', { popular }) });
  }
  return <Figures figures={figures} />;
}
