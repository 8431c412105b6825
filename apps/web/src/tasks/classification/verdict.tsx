import { useTranslation } from 'react-i18next';
import type { Result } from '../../api/client';
import { useFormat } from '../../i18n/use-format';
import { useTerms } from '../../i18n/use-terms';
import { Notice } from '../../ui/notice';
import { judge, type Verdict } from './judge';
import { usePercent } from './use-percent';

const TONES = { better: 'success', close: 'warning', worse: 'danger' } as const satisfies Record<Verdict, string>;

/** In a sentence: how often it is right, how sure that is, and what the simplest ways would reach. */
export function VerdictNotice({ result, severalLabels }: { result: Result; severalLabels: boolean }) {
  const { t } = useTranslation();
  const terms = useTerms();
  const format = useFormat();
  const percent = usePercent();
  const { accuracy = 0 } = result.values;
  const [low, high] = result.intervals['accuracy'] ?? [accuracy, accuracy];
  const values = { share: percent(accuracy), low: percent(low), high: percent(high) };
  const others = Object.entries(result.baselines).map(([recipe, metrics]) =>
    t('tasks.classification.reaches', {
      recipe: terms.name('recipes', recipe),
      share: percent(metrics['accuracy'] ?? 0),
    }),
  );
  const verdict = judge(result);
  return (
    <Notice tone={TONES[verdict]}>
      <p className="font-medium">
        {severalLabels ? t('tasks.classification.rightSeveral', values) : t('tasks.classification.right', values)}
      </p>
      <p>{t(`tasks.classification.verdict.${verdict}`, { others: format.list(others) })}</p>
    </Notice>
  );
}
