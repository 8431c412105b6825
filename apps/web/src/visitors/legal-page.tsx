import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { consentsFind, unwrap } from '../api/client';
import { mailLanguageOf } from '../i18n/i18n';
import { useFormat } from '../i18n/use-format';
import { QueryView } from '../ui/query-view';
import { VisitorLayout } from './visitor-layout';

export const TermsPage = () => <LegalPage name="terms" page="terms" />;
export const PrivacyPage = () => <LegalPage name="privacy" page="privacy" />;
export const DataProcessingPage = () => <LegalPage name="data-processing" page="dataProcessing" />;

interface LegalPageProps {
  name: 'terms' | 'privacy' | 'data-processing';
  page: 'terms' | 'privacy' | 'dataProcessing';
}

/** A text of the operator's, or ours where they have put none in its place. */
function LegalPage({ name, page }: LegalPageProps) {
  const { t, i18n } = useTranslation();
  const format = useFormat();
  const language = mailLanguageOf(i18n.language);
  const text = useQuery({
    queryKey: ['legal', name, language],
    queryFn: () => unwrap(consentsFind({ path: { document: name }, query: { language } })),
  });
  return (
    <VisitorLayout title={t(`meta.${page}.title`)}>
      <div className="mx-auto max-w-3xl px-4 pt-8 pb-14 lg:pt-12">
        <QueryView query={text}>
          {({ title, version, html }) => (
            <article>
              <h1 className="text-3xl font-semibold tracking-tight">{title}</h1>
              <p className="mt-2 mb-6 text-muted">{t('legal.version', { date: format.day(version) })}</p>
              {/* What the server made of Markdown, in which HTML is text; and no script runs that is not ours. */}
              <div className="legal-text" dangerouslySetInnerHTML={{ __html: html }} />
            </article>
          )}
        </QueryView>
      </div>
    </VisitorLayout>
  );
}
