import { Outlet, useLocation } from '@tanstack/react-router';
import { Menu as MenuIcon } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useMe } from '../dashboard/auth/auth.queries';
import { Drawer } from '../ui/dialog';
import { IconButton } from '../ui/icon-button';
import { Toasts } from '../ui/toasts';
import { Breadcrumb } from './breadcrumb';
import { CommandPalette } from './command-palette';
import { LanguageSelect } from './language-select';
import { Navigation } from './navigation';
import { Switcher } from './switcher';
import { ThemeToggle } from './theme-toggle';
import { UserMenu } from './user-menu';

/** Frame of every page of a signed-in person: pages at the side, where one is and what to find on top. */
export function AppLayout() {
  const { t } = useTranslation();
  const { me, can } = useMe();
  const mainRef = useFocusOnNewPage();
  const { pathname } = useLocation();
  const isOperator = pathname.startsWith('/admin') && can('operator');
  return (
    <>
      <a
        href="#main"
        className="sr-only z-20 rounded-md bg-accent px-3 py-2 font-medium text-accent-ink focus:not-sr-only focus:fixed focus:top-2 focus:left-2"
      >
        {t('shell.skip')}
      </a>
      {/* Whoever sees every customer's data is to know it at a glance. */}
      {isOperator && <div className="fixed inset-x-0 top-0 z-20 h-1 bg-danger" />}
      <div className="lg:grid lg:grid-cols-[15rem_minmax(0,1fr)]">
        <aside className="sticky top-0 hidden h-dvh content-start gap-4 overflow-y-auto border-r border-line bg-surface px-3 py-4 lg:grid">
          <Switcher isOperator={isOperator} />
          <Navigation isOperator={isOperator} />
        </aside>
        <div className="min-w-0">
          <header className="sticky top-0 z-10 flex h-14 items-center gap-2 border-b border-line bg-canvas/90 px-4 backdrop-blur sm:px-6">
            <NavigationDrawer isOperator={isOperator} key={pathname} />
            <Breadcrumb />
            <div className="ml-auto flex min-w-0 shrink-0 items-center gap-1">
              <CommandPalette />
              <LanguageSelect />
              <ThemeToggle />
              <UserMenu me={me} />
            </div>
          </header>
          <main
            ref={mainRef}
            id="main"
            tabIndex={-1}
            className="mx-auto max-w-[87.5rem] px-4 pt-6 pb-16 outline-none sm:px-6"
          >
            <Outlet />
          </main>
        </div>
      </div>
      <Toasts />
    </>
  );
}

/** The sidebar of a narrow screen. Closed by going to a page, as it begins anew there. */
function NavigationDrawer({ isOperator }: { isOperator: boolean }) {
  const { t } = useTranslation();
  const [isOpen, setIsOpen] = useState(false);
  return (
    <div className="lg:hidden">
      <IconButton label={t('shell.openNavigation')} icon={MenuIcon} onPress={() => setIsOpen(true)} />
      {isOpen && (
        <Drawer title={t('shell.navigation')} onClose={() => setIsOpen(false)}>
          <div className="grid gap-4">
            <Switcher isOperator={isOperator} />
            <Navigation isOperator={isOperator} />
          </div>
        </Drawer>
      )}
    </div>
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
