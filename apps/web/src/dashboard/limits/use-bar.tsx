import { useTranslation } from 'react-i18next';
import type { LimitUse } from '../../api/client';
import { useFormat } from '../../i18n/use-format';
import { Badge } from '../../ui/badge';
import { ProgressBar } from '../../ui/progress-bar';
import { shareOf, toneOf } from './threshold';
import type { LimitWords } from './use-limit-words';

/** How much of a limit is used up. */
export function UseBar({ use, words }: { use: LimitUse; words: LimitWords }) {
  const { t } = useTranslation();
  const format = useFormat();
  const { resource, used, quantity } = use;
  const share = shareOf(use);
  // Rounded down: 100 % is said of nothing that has room left.
  const percent = format.percent(Math.floor(share * 100) / 100);
  const label = `${words.resource(resource)}, ${words.scope(use)}`;
  return (
    <div className="min-w-52 space-y-1.5">
      <div className="flex items-center justify-between gap-3">
        <span className="tabular-nums">
          {t('limits.used', { used: words.quantity(resource, used), quantity: words.quantity(resource, quantity) })}
        </span>
        <Badge tone={toneOf(share)}>{percent}</Badge>
      </div>
      <ProgressBar label={label} share={Math.min(share, 1)} tone={toneOf(share)} />
    </div>
  );
}
