import { Link } from '@tanstack/react-router';
import { Check } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { classNames } from '../../../ui/class-names';
import { STEPS } from '../steps';

const PAGES = {
  dataSet: '/projects/$projectId/data-sets',
  model: '/projects/$projectId/models',
  deployment: '/projects/$projectId/deployments',
  apiKey: '/projects/$projectId/api-keys',
} as const;

/** How far a project is on its way to an answer. */
export function StepsBar({ projectId, counts }: { projectId: string; counts: number[] }) {
  const { t } = useTranslation();
  const next = counts.indexOf(0);
  return (
    <ol className="grid grid-cols-2 gap-px overflow-hidden rounded-lg border border-line bg-line lg:grid-cols-4">
      {Object.entries(PAGES).map(([key, to], place) => {
        const step = key as keyof typeof PAGES;
        const count = counts[place]!;
        const Icon = count > 0 ? Check : STEPS[step];
        return (
          <li key={key} aria-current={place === next ? 'step' : undefined} className="bg-surface">
            <Link
              to={to}
              params={{ projectId }}
              className="flex h-full items-center gap-3 px-4 py-3 hover:bg-sunken/60"
            >
              <Icon
                aria-hidden
                className={classNames('size-4 shrink-0', count > 0 || place === next ? 'text-accent' : 'text-muted')}
              />
              <span className="min-w-0">
                <span className={classNames('block font-medium', place === next && 'text-accent')}>
                  {t(`steps.${step}.noun`)}
                </span>
                <span className="block text-xs text-muted">
                  {count > 0 ? t(`steps.${step}.done`, { count }) : t(`steps.${step}.text`)}
                </span>
              </span>
            </Link>
          </li>
        );
      })}
    </ol>
  );
}
