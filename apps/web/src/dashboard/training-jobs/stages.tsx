import { Check } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { useTerms } from '../../i18n/use-terms';
import { classNames } from '../../ui/class-names';

const STAGES = ['starting', 'tuning', 'fitting', 'evaluating', 'refitting', 'publishing'];

interface StagesProps {
  /** As the job says it: "fitting 3/10". */
  phase: string | null;
  /** Whether the recipe is looked for. */
  isSearching: boolean;
}

/** What a running job has done, does now and will do. */
export function Stages({ phase, isSearching }: StagesProps) {
  const { t } = useTranslation();
  const terms = useTerms();
  const [key = 'starting', epochs] = (phase ?? 'starting').split(' ');
  const stages = STAGES.filter((stage) => isSearching || stage !== 'tuning');
  const now = Math.max(0, stages.indexOf(key));
  return (
    <ol aria-label={t('trainingJobs.stages')} className="flex flex-wrap gap-x-4 gap-y-1 text-xs">
      {stages.map((stage, place) => (
        <li
          key={stage}
          aria-current={place === now ? 'step' : undefined}
          className={classNames(
            'inline-flex items-center gap-1.5',
            place === now ? 'font-medium text-ink' : 'text-muted',
          )}
        >
          <span
            aria-hidden
            className={classNames(
              'grid size-4 place-items-center rounded-full border',
              place < now
                ? 'border-accent bg-accent text-accent-ink'
                : place === now
                  ? 'border-accent'
                  : 'border-line-strong',
            )}
          >
            {place < now && <Check className="size-3" />}
            {place === now && <span className="size-1.5 rounded-full bg-accent" />}
          </span>
          {terms.name('phases', stage)}
          {place === now && epochs && <span className="tabular-nums">{epochs}</span>}
          {place < now && <span className="sr-only">{t('trainingJobs.stageDone')}</span>}
        </li>
      ))}
    </ol>
  );
}
