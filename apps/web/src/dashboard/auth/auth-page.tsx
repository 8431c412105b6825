import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { LanguageSelect } from '../../shell/language-select';
import { Logo } from '../../shell/logo';
import { ThemeToggle } from '../../shell/theme-toggle';
import { TextLink } from '../../ui/text-link';

interface AuthPageProps {
  title: string;
  hint: string;
  children: ReactNode;
  footer: ReactNode;
}

/** The centred card of the pages before signing in. */
export function AuthPage({ title, hint, children, footer }: AuthPageProps) {
  const { t } = useTranslation();
  return (
    <div className="flex min-h-screen flex-col">
      <title>{`${title} · Kindred`}</title>
      <header className="flex items-center justify-end gap-1 p-3">
        <div className="mr-auto px-1">
          <TextLink to="/">{t('visitors.backHome')}</TextLink>
        </div>
        <LanguageSelect />
        <ThemeToggle />
      </header>
      <main className="mx-auto flex w-full max-w-100 flex-1 flex-col justify-center px-4 pb-24">
        <p className="mb-6 flex items-center justify-center gap-2 text-lg font-semibold tracking-tight">
          <Logo />
          Kindred
        </p>
        <div className="rounded-xl border border-line bg-surface p-6 shadow-sm sm:p-7">
          <h1 className="text-lg font-semibold">{title}</h1>
          <p className="mb-5 text-muted">{hint}</p>
          {children}
        </div>
        <p className="mt-4 text-center text-muted">{footer}</p>
      </main>
    </div>
  );
}
