import { Outlet, useLocation, useMatches, useSearch } from '@tanstack/react-router';
import { Menu as MenuIcon } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { I18nProvider } from 'react-aria-components';
import { useTranslation } from 'react-i18next';
import { ConsentNotice } from '../dashboard/account/consent-notice';
import { VerificationNotice } from '../dashboard/account/verification-notice';
import { useMe } from '../dashboard/auth/auth.queries';
import { useFollowOrganization } from '../dashboard/organization/use-choose-organization';
import { proveWork } from '../dashboard/training-jobs/prove-work';
import { Drawer } from '../ui/dialog';
import { IconButton } from '../ui/icon-button';
import { Toasts } from '../ui/toasts';
import { Announcements } from './announcements';
import { Breadcrumb } from './breadcrumb';
import { ChosenPlanNotice } from './chosen-plan-notice';
import { ClosedPage } from './closed-page';
import { CommandPalette } from './command-palette';
import { HelpMenu } from './help-menu';
import { ImpersonationBanner } from './impersonation-banner';
import { LanguageSelect } from './language-select';
import { Navigation } from './navigation';
import { OperatorNotice } from './operator-notice';
import { StepUp } from './step-up-dialog';
import { SuspensionNotice } from './suspension-notice';
import { Switcher } from './switcher';
import { ThemeToggle } from './theme-toggle';
import { UserMenu } from './user-menu';

/** Frame of every page of a signed-in person: pages at the side, where one is and what to find on top. */
export function AppLayout() {
  const { t, i18n } = useTranslation();
  const { me, can } = useMe();
  const mainRef = useFocus();
  useFollowOrganization();
  const { pathname } = useLocation();
  const { plan, checkout } = useSearch({ strict: false });
  const mayTrain = can('project:write');
  useEffect(() => {
    // Whoever trains later waits for it no more.
    if (mayTrain) void proveWork().catch(() => {});
  }, [mayTrain]);
  const closed = useMatches({
    select: (matches) => matches.map(({ staticData }) => staticData.needs).find((needs) => needs && !can(needs)),
  });
  // Whoever operates belongs to no organization, and sees the operator's pages alone.
  const isOperator = can('operator') || me.needsSecondFactor;
  return (
    // What the parts say themselves is in the language of the page, not the browser's.
    <I18nProvider locale={i18n.language}>
      <a
        href="#main"
        className="sr-only z-20 rounded-md bg-accent px-3 py-2 font-medium text-accent-ink focus:not-sr-only focus:fixed focus:top-2 focus:left-2"
      >
        {t('shell.skip')}
      </a>
      {/* Whoever sees every customer's data is to know it at a glance. */}
      {isOperator && <div className="fixed inset-x-0 top-0 z-20 h-1 bg-danger" />}
      <div className="lg:grid lg:grid-cols-[15rem_minmax(0,1fr)]">
        <aside className="sticky top-0 hidden h-dvh grid-cols-1 content-start gap-4 overflow-y-auto border-r border-line bg-surface px-3 py-4 lg:grid">
          <Switcher isOperator={isOperator} />
          <Navigation isOperator={isOperator} />
        </aside>
        <div className="min-w-0">
          <header className="sticky top-0 z-10 flex h-14 items-center gap-2 border-b border-line bg-canvas/90 px-4 backdrop-blur sm:px-6">
            <NavigationDrawer isOperator={isOperator} key={pathname} />
            <Breadcrumb />
            <div className="ml-auto flex min-w-0 shrink-0 items-center gap-1">
              <CommandPalette />
              {can('organization:read') && <HelpMenu />}
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
            <Announcements />
            {isOperator && <OperatorNotice me={me} />}
            {me.suspension && <SuspensionNotice suspension={me.suspension} />}
            <VerificationNotice />
            {!isOperator && !me.impersonation && <ConsentNotice />}
            {pathname === '/billing' && plan && !checkout && <ChosenPlanNotice plan={plan} />}
            {closed ? <ClosedPage needs={closed} /> : <Outlet />}
          </main>
        </div>
      </div>
      <StepUp />
      {me.impersonation && <ImpersonationBanner me={me} impersonation={me.impersonation} />}
      <Toasts />
    </I18nProvider>
  );
}

/** The sidebar of a narrow screen. Closed by going to a page, as it begins anew there. */
function NavigationDrawer({ isOperator }: { isOperator: boolean }) {
  const { t } = useTranslation();
  const [isOpen, setIsOpen] = useState(false);
  useEffect(() => {
    // As `lg` is: from here on the sidebar itself is there.
    const wide = window.matchMedia('(width >= 64rem)');
    const close = () => setIsOpen(false);
    wide.addEventListener('change', close);
    return () => wide.removeEventListener('change', close);
  }, []);
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

/** The path that the browser itself loaded; every other page is gone to without it. */
const loadedPath = () => new URL(performance.getEntriesByType('navigation')[0]!.name).pathname;

/**
 * Keeps the keyboard and the screen reader where something happens: a link puts them at the start of the new page, as a full load
 * would, and so does a part of the page that goes away with the focus in it, such as a button whose press replaced it.
 */
function useFocus() {
  const ref = useRef<HTMLElement>(null);
  const { pathname } = useLocation();
  const previous = useRef<string>(undefined);
  useEffect(() => {
    previous.current ??= loadedPath();
    if (previous.current !== pathname) ref.current?.focus({ preventScroll: true });
    previous.current = pathname;
  }, [pathname]);
  useEffect(() => {
    const main = ref.current!;
    let focused: EventTarget | null = null;
    const remember = ({ target }: FocusEvent) => (focused = target);
    main.addEventListener('focusin', remember);
    const observer = new MutationObserver(() => {
      if (document.activeElement !== document.body || !(focused instanceof Element) || focused.isConnected) return;
      focused = null;
      main.focus({ preventScroll: true });
    });
    observer.observe(main, { childList: true, subtree: true });
    return () => {
      observer.disconnect();
      main.removeEventListener('focusin', remember);
    };
  }, []);
  return ref;
}
