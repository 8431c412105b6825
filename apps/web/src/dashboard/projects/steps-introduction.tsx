import { useTranslation } from 'react-i18next';
import { type StepKey, STEPS } from './steps';

/** What a new customer sees: the whole way, before the first step. */
export function StepsIntroduction() {
  const { t } = useTranslation();
  return (
    <section className="rounded-lg border border-line bg-surface px-5 py-8 sm:px-8 sm:py-10">
      <div className="mx-auto max-w-3xl text-center">
        <h2 className="text-lg font-semibold">{t('projects.emptyTitle')}</h2>
        <p className="mx-auto mt-1 max-w-xl text-muted">{t('projects.emptyText')}</p>
      </div>
      <ol className="mt-8 grid gap-5 sm:grid-cols-5 sm:gap-3">
        {Object.entries(STEPS).map(([key, Icon], index) => (
          <li key={key} className="flex gap-3 sm:flex-col sm:items-center sm:text-center">
            <span className="grid size-10 shrink-0 place-items-center rounded-full bg-accent-soft text-accent">
              <Icon aria-hidden className="size-5" />
            </span>
            <div>
              <p className="font-semibold">
                {index + 1}. {t(`steps.${key as StepKey}.noun`)}
              </p>
              <p className="text-xs text-muted">{t(`steps.${key as StepKey}.text`)}</p>
            </div>
          </li>
        ))}
      </ol>
    </section>
  );
}
