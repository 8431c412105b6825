import { useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { meQuery } from '../dashboard/auth/auth.queries';
import { LANGUAGES } from '../i18n/i18n';
import { LanguageSelect } from '../shell/language-select';
import { Logo } from '../shell/logo';
import { ThemeToggle } from '../shell/theme-toggle';
import { buttonClass } from '../ui/button';

const LINK = 'inline-flex min-h-8 items-center rounded px-1.5 text-muted hover:text-ink';

/** Frame of the pages for everyone. */
export function VisitorLayout({ title, children }: { title: string; children: ReactNode }) {
  const { t } = useTranslation();
  // Who has a session, as the server says, or logged in since.
  const isKnown =
    useQueryClient().getQueryData(meQuery.queryKey) !== undefined || !('visitor' in document.documentElement.dataset);
  return (
    <div className="flex min-h-dvh flex-col">
      <title>{title}</title>
      <a
        href="#main"
        className="sr-only z-20 rounded-md bg-accent px-3 py-2 font-medium text-accent-ink focus:not-sr-only focus:fixed focus:top-2 focus:left-2"
      >
        {t('shell.skip')}
      </a>
      <header className="border-b border-line bg-surface">
        <nav aria-label={t('visitors.main')} className="mx-auto flex h-14 max-w-6xl items-center gap-1 px-4 sm:gap-2">
          <Link
            to="/"
            aria-label={t('visitors.home')}
            className="mr-1 flex min-h-8 items-center gap-2 text-base font-semibold tracking-tight"
          >
            <Logo />
            Kindred
          </Link>
          <Link to="/pricing" className={`${LINK} aria-[current=page]:text-accent`}>
            {t('visitors.pricing')}
          </Link>
          <a href="/docs" className={`${LINK} max-sm:hidden`}>
            {t('visitors.docs')}
          </a>
          <div className="ml-auto flex items-center gap-1">
            <div className="flex items-center max-sm:hidden">
              <LanguageSelect />
              <ThemeToggle />
            </div>
            {isKnown ? (
              <Link to="/projects" className={buttonClass('primary')}>
                {t('visitors.dashboard')}
              </Link>
            ) : (
              <>
                <Link to="/login" className={LINK}>
                  {t('visitors.logIn')}
                </Link>
                <Link to="/signup" className={buttonClass('primary')}>
                  {t('visitors.signUp')}
                </Link>
              </>
            )}
          </div>
        </nav>
      </header>
      {/* As high as the screen, so that nothing below moves in sight while a page loads. */}
      <main id="main" tabIndex={-1} className="min-h-[calc(100dvh-3.5rem)] outline-none">
        {children}
      </main>
      <Footer />
    </div>
  );
}

function Footer() {
  const { t } = useTranslation();
  return (
    <footer className="border-t border-line bg-surface">
      <div className="mx-auto flex max-w-6xl flex-wrap items-center gap-x-4 gap-y-1 px-4 py-5">
        <span className="text-muted">Kindred</span>
        <nav aria-label={t('visitors.footer')} className="flex flex-wrap gap-x-2">
          <Link to="/pricing" className={LINK}>
            {t('visitors.pricing')}
          </Link>
          <a href="/docs" className={LINK}>
            {t('visitors.docs')}
          </a>
          <a href="/status" className={LINK}>
            {t('visitors.status')}
          </a>
          <a href="/llms.txt" className={LINK}>
            {t('visitors.forAgents')}
          </a>
          <Link to="/terms" className={LINK}>
            {t('legal.terms')}
          </Link>
          <Link to="/privacy" className={LINK}>
            {t('legal.privacy')}
          </Link>
          <Link to="/data-processing" className={LINK}>
            {t('legal.dataProcessing')}
          </Link>
          {Object.entries(LANGUAGES).map(([tag, name]) => (
            <a key={tag} href={`?lang=${tag}`} hrefLang={tag} lang={tag} className={LINK}>
              {name}
            </a>
          ))}
        </nav>
        <div className="ml-auto sm:hidden">
          <ThemeToggle />
        </div>
      </div>
    </footer>
  );
}
