import { useTranslation } from 'react-i18next';
import type { Verdict } from '../../api/client';
import { useFormat } from '../../i18n/use-format';
import { useTerms } from '../../i18n/use-terms';
import { Badge } from '../../ui/badge';

export const VERDICT_TONES = { better: 'success', close: 'warning', worse: 'danger' } as const;

/** How much better a version is than the best simple recipe, which is named. */
export function VerdictBadge({ verdict }: { verdict: Verdict }) {
  const { t } = useTranslation();
  const terms = useTerms();
  const format = useFormat();
  const { judgement, change, baseline } = verdict;
  return (
    <span className="inline-flex flex-wrap items-center gap-x-1.5 max-sm:justify-end">
      <Badge tone={VERDICT_TONES[judgement]}>
        {change === null ? t(`metrics.${judgement}`) : format.change(change)}
      </Badge>
      <span className="text-xs text-muted">{t('models.against', { baseline: terms.name('recipes', baseline) })}</span>
    </span>
  );
}
