import { type ErrorComponentProps, Link, useRouter } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { buttonClass } from '../ui/button';
import { PageHeader } from '../ui/page-header';
import { ProblemNotice } from '../ui/problem-notice';

/** Shown in place of a page that failed. */
export function ErrorPage({ error, reset }: ErrorComponentProps) {
  const { t } = useTranslation();
  const router = useRouter();
  const retry = () => {
    reset();
    void router.invalidate();
  };
  return (
    <div className="mx-auto max-w-2xl px-4 py-16">
      <PageHeader title={t('problem.title')} />
      <ProblemNotice error={error} onRetry={retry} />
    </div>
  );
}

export function NotFoundPage() {
  const { t } = useTranslation();
  return (
    <main className="mx-auto max-w-2xl px-4 py-16 text-center">
      <title>{`${t('notFound.title')} · Kindred`}</title>
      <h1 className="text-xl font-semibold tracking-tight">{t('notFound.title')}</h1>
      <p className="mt-1 mb-5 text-muted">{t('notFound.text')}</p>
      <Link to="/" className={buttonClass('primary')}>
        {t('notFound.home')}
      </Link>
    </main>
  );
}
