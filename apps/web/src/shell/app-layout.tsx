import { Outlet, useLocation } from '@tanstack/react-router';
import { useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { Header } from './header';

/** Frame of every page of a signed-in person. */
export function AppLayout() {
  const { t } = useTranslation();
  const mainRef = useFocusOnNewPage();
  return (
    <>
      <a
        href="#main"
        className="sr-only z-20 rounded-md bg-accent px-3 py-2 font-medium text-accent-ink focus:not-sr-only focus:fixed focus:top-2 focus:left-2"
      >
        {t('shell.skip')}
      </a>
      <Header />
      <main
        ref={mainRef}
        id="main"
        tabIndex={-1}
        className="mx-auto max-w-6xl px-4 pt-6 pb-16 outline-none sm:px-6 sm:pt-8"
      >
        <Outlet />
      </main>
    </>
  );
}

/** A link inside the page puts the keyboard and the screen reader at the start of the new page, as a full load would. */
function useFocusOnNewPage() {
  const ref = useRef<HTMLElement>(null);
  const { pathname } = useLocation();
  const previous = useRef(pathname);
  useEffect(() => {
    if (previous.current !== pathname) ref.current?.focus({ preventScroll: true });
    previous.current = pathname;
  }, [pathname]);
  return ref;
}
