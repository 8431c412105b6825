import { useNavigate } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { Choice } from '../../ui/choice';
import { Select } from '../../ui/select';
import { useDirectory } from '../projects/use-directory';
import { HOURLY_DAYS_MAX, RANGES_DAYS, type RangeDays, STEPS, type UsageView } from './usage.queries';

/** Which usage is shown; kept in the URL, so that it can be shared as a link. */
export function UsageFilters({ view }: { view: UsageView }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const { projects } = useDirectory();
  const show = (changes: Partial<UsageView>) => void navigate({ to: '/usage', search: { ...view, ...changes } });
  return (
    <>
      {projects.length > 1 && (
        <Select
          aria-label={t('usage.project')}
          value={view.projectId ?? ''}
          onChange={(event) => show({ projectId: event.target.value || undefined })}
        >
          <option value="">{t('usage.allProjects')}</option>
          {projects.map(({ id, name }) => (
            <option key={id} value={id}>
              {name}
            </option>
          ))}
        </Select>
      )}
      <Choice
        label={t('usage.step')}
        options={STEPS.map((step) => ({ value: step, label: t(`usage.steps.${step}`) }))}
        value={view.step}
        onChange={(step) => show(step === 'hour' ? { step, days: HOURLY_DAYS_MAX } : { step })}
      />
      <Select
        aria-label={t('usage.range')}
        value={view.days}
        onChange={(event) => {
          const days = Number(event.target.value) as RangeDays;
          show(days > HOURLY_DAYS_MAX ? { days, step: 'day' } : { days });
        }}
      >
        {RANGES_DAYS.map((count) => (
          <option key={count} value={count}>
            {t('usage.lastDays', { count })}
          </option>
        ))}
      </Select>
    </>
  );
}
