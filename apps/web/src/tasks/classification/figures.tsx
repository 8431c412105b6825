import { useTranslation } from 'react-i18next';
import { useFormat } from '../../i18n/use-format';
import { useTerms } from '../../i18n/use-terms';
import { Figures, type Figure } from '../../ui/figures';
import { toFraction } from '../fraction';
import type { FiguresProps } from '../task';

/** How many texts it gets right, how many more mistakes the best simple way makes, and how far its scores can be believed. */
export function ClassificationFigures({ result: { values, baselines } }: FiguresProps) {
  const { t } = useTranslation();
  const terms = useTerms();
  const format = useFormat();
  const { accuracy = 0, calibrationError } = values;
  const [rival] = Object.entries(baselines)
    .map(([recipe, metrics]) => ({ recipe, accuracy: metrics['accuracy'] ?? 0 }))
    .sort((a, b) => b.accuracy - a.accuracy);
  const figures: Figure[] = [
    { value: t('figures.fraction', toFraction(accuracy)), text: t('tasks.classification.figures.right') },
  ];
  if (rival && accuracy < 1) {
    const times = format.number((1 - rival.accuracy) / (1 - accuracy), { maximumSignificantDigits: 2 });
    const text = t('tasks.classification.figures.mistakes', { recipe: terms.name('recipes', rival.recipe) });
    figures.push({ value: t('figures.times', { times }), text });
  }
  if (calibrationError !== undefined) {
    const value = format.number(100 * calibrationError, { maximumFractionDigits: 1 });
    figures.push({ value: t('figures.points', { value }), text: t('tasks.classification.figures.scores') });
  }
  return <Figures figures={figures} />;
}
