import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { Status } from '../api/client';
import { useFormat } from '../i18n/use-format';
import { Announcements } from '../shell/announcements';
import { LanguageSelect } from '../shell/language-select';
import { Logo } from '../shell/logo';
import { ThemeToggle } from '../shell/theme-toggle';
import { Badge, type Tone } from '../ui/badge';
import { Loading } from '../ui/query-view';
import { RelativeTime } from '../ui/relative-time';
import { DayBars } from './day-bars';
import { statusQuery } from './status.queries';

const TONES: Record<Status['status'], Tone> = { ok: 'success', failing: 'danger', unknown: 'neutral' };

/** How the platform is doing, for everyone. It works while the database is away, and says so where not even the API answers. */
export function StatusPage() {
  const { t } = useTranslation();
  const format = useFormat();
  const { data: known, isError, isPending } = useQuery(statusQuery);
  const state = isError ? 'failing' : (known?.status ?? 'unknown');
  return (
    <div className="flex min-h-screen flex-col">
      <title>{`${t('statusPage.title')} · Kindred`}</title>
      <header className="flex flex-wrap items-center gap-x-4 gap-y-1 border-b border-line bg-surface px-4 py-2">
        <a href="/" className="flex min-h-8 items-center gap-2 font-semibold">
          <Logo />
          Kindred
        </a>
        <a href="/docs" className="flex min-h-8 items-center text-muted hover:text-ink">
          {t('shell.docs')}
        </a>
        <span className="ml-auto flex items-center gap-1">
          <LanguageSelect />
          <ThemeToggle />
        </span>
      </header>
      <main className="mx-auto grid w-full max-w-200 gap-4 px-4 py-8">
        <div className="flex min-h-10 flex-wrap items-center justify-between gap-2">
          <h1 className="text-xl font-semibold">{t('statusPage.title')}</h1>
          <p className="text-muted">
            {known?.checkedAt && (
              <>
                {t('statusPage.checked')} <RelativeTime time={known.checkedAt} />
              </>
            )}
          </p>
        </div>
        <Announcements />
        <output className="flex flex-wrap items-center gap-2 rounded-lg border border-line bg-surface p-4 text-base font-medium">
          <Badge tone={TONES[state]}>{t(`statusPage.states.${state}`)}</Badge>
          {isError ? t('statusPage.noAnswer') : t(`statusPage.summary.${state}`)}
        </output>
        {isPending && <Loading />}
        {known && (
          <ul className="grid gap-3">
            {known.components.map(({ component, status, days }) => (
              <li key={component} className="grid gap-3 rounded-lg border border-line bg-surface p-4">
                <div className="flex flex-wrap items-center justify-between gap-2">
                  <h2 className="font-medium">{t(`statusPage.components.${component}`)}</h2>
                  <Badge tone={TONES[isError ? 'unknown' : status]}>
                    {t(`statusPage.states.${isError ? 'unknown' : status}`)}
                  </Badge>
                </div>
                <p className="text-muted">{t(`statusPage.meanings.${component}`)}</p>
                <DayBars days={days} until={known.checkedAt} format={format} />
              </li>
            ))}
          </ul>
        )}
      </main>
    </div>
  );
}
