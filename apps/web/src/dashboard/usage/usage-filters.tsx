import { useNavigate } from '@tanstack/react-router';
import { Download } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../../i18n/use-format';
import { buttonClass } from '../../ui/button';
import { Choice } from '../../ui/choice';
import { DateRange } from '../../ui/date-range';
import { Select } from '../../ui/select';
import { useDirectory } from '../projects/use-directory';
import {
  csvUrl,
  DAYS_MAX,
  daysOf,
  HOURLY_DAYS_MAX,
  lastDays,
  listDays,
  RANGES_DAYS,
  type RangeDays,
  STEPS,
  type UsageView,
} from './usage.queries';

const CHOSEN = 'chosen';
const LAST_WEEK = { days: HOURLY_DAYS_MAX, from: undefined, to: undefined } as const;

/** Which usage is shown; kept in the URL, so that it can be shared as a link. */
export function UsageFilters({ view }: { view: UsageView }) {
  const { t } = useTranslation();
  const format = useFormat();
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
        onChange={(step) =>
          show(step === 'hour' && listDays(daysOf(view)).length > HOURLY_DAYS_MAX ? { step, ...LAST_WEEK } : { step })
        }
      />
      <div className="flex gap-1">
        <Select
          aria-label={t('usage.range')}
          value={view.from ? CHOSEN : view.days}
          onChange={(event) => {
            const days = Number(event.target.value) as RangeDays;
            show({ ...LAST_WEEK, days, ...(days > HOURLY_DAYS_MAX && { step: 'day' }) });
          }}
        >
          {view.from && (
            <option value={CHOSEN}>
              {format.day(view.from)} – {format.day(view.to!)}
            </option>
          )}
          {RANGES_DAYS.map((count) => (
            <option key={count} value={count}>
              {t('usage.lastDays', { count })}
            </option>
          ))}
        </Select>
        <DateRange
          label={t('usage.chooseDays')}
          value={daysOf(view)}
          min={lastDays(DAYS_MAX).first}
          max={lastDays(1).last}
          onChange={(days) =>
            show({
              from: days.first,
              to: days.last,
              ...(listDays(days).length > HOURLY_DAYS_MAX && { step: 'day' }),
            })
          }
        />
      </div>
      <a href={csvUrl(view)} download className={buttonClass()}>
        <Download aria-hidden />
        {t('usage.download')}
      </a>
    </>
  );
}
