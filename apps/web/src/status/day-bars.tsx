import { useTranslation } from 'react-i18next';
import type { Status } from '../api/client';
import type { useFormat } from '../i18n/use-format';

type Day = Status['components'][number]['days'][number];

const DAYS = 90;
const DAY_MS = 86_400_000;
/** Days with failures that stand beneath the bars in words, the latest first. */
const NAMED_MAX = 5;
/** From this share of failures a day counts as bad. */
const BAD_SHARE = 0.05;

interface DayBarsProps {
  days: Day[];
  /** When it was probed last; without that there is nothing to show. */
  until: string | null;
  format: ReturnType<typeof useFormat>;
}

/** A bar for each of the last 90 days; what the colours say stands in words beneath. */
export function DayBars({ days, until, format }: DayBarsProps) {
  const { t } = useTranslation();
  if (!until) return null;
  const byDay = new Map(days.map((day) => [day.day, day]));
  const shown = Array.from({ length: DAYS }, (_, i) => {
    const day = new Date(Date.parse(until) - (DAYS - 1 - i) * DAY_MS).toISOString().slice(0, 10);
    return { day, probed: byDay.get(day) };
  });
  const probes = days.reduce((sum, each) => sum + each.probes, 0);
  const failures = days.reduce((sum, each) => sum + each.failures, 0);
  const share =
    probes > 0 ? format.number(1 - failures / probes, { style: 'percent', maximumFractionDigits: 2 }) : null;
  const failed = days
    .filter((day) => day.failures > 0)
    .slice(-NAMED_MAX)
    .toReversed();
  return (
    <>
      <div aria-hidden className="flex h-8 items-stretch gap-px sm:gap-0.5">
        {shown.map(({ day, probed }) => (
          <span
            key={day}
            title={probed && `${format.day(day)}: ${t('statusPage.failures', { ...probed })}`}
            className={`flex-1 rounded-xs ${colourOf(probed)}`}
          />
        ))}
      </div>
      <p className="flex justify-between gap-2 text-xs text-muted">
        <span>{t('statusPage.daysAgo', { days: DAYS })}</span>
        <span>{share ? t('statusPage.share', { share }) : t('statusPage.neverProbed')}</span>
        <span>{t('statusPage.today')}</span>
      </p>
      {failed.length > 0 && (
        <ul className="text-xs text-muted">
          {failed.map((day) => (
            <li key={day.day}>
              {format.day(day.day)}: {t('statusPage.failures', { ...day })}
            </li>
          ))}
        </ul>
      )}
    </>
  );
}

function colourOf(day: Day | undefined): string {
  if (!day) return 'bg-line';
  if (day.failures === 0) return 'bg-success';
  return day.failures / day.probes < BAD_SHARE ? 'bg-warning' : 'bg-danger';
}
