import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { type ReactNode, useId } from 'react';
import { useTranslation } from 'react-i18next';
import { curlSnippet } from '../dashboard/deployments/snippets';
import { Badge } from '../ui/badge';
import { buttonClass } from '../ui/button';
import { CodeBlock } from '../ui/code-block';
import { PriceLines } from './price-lines';
import { ShowcaseDemo } from './showcase-demo';
import { VisitorLayout } from './visitor-layout';
import { showcaseQuery } from './visitors.queries';

const BIG_BUTTON = 'h-10 px-4 text-[0.9375rem]';

/** What it does, what it costs and that it works, on one screen; then the rest. */
export function LandingPage() {
  const { t } = useTranslation();
  const { data: showcase, isPending } = useQuery(showcaseQuery);
  const people = showcase?.people ?? [];
  return (
    <VisitorLayout title={t('meta.home.title')}>
      <div className="mx-auto grid max-w-6xl gap-8 px-4 pt-8 pb-12 lg:grid-cols-[minmax(0,1fr)_minmax(0,29rem)] lg:items-center lg:gap-12 lg:pt-12">
        <div>
          <h1 className="text-3xl leading-tight font-semibold tracking-tight text-balance sm:text-4xl">
            {t('visitors.hero')}
          </h1>
          <p className="mt-3 max-w-xl text-base text-muted">{t('visitors.heroText')}</p>
          <div className="mt-5 flex flex-wrap gap-2">
            <Link to="/signup" className={`${buttonClass('primary')} ${BIG_BUTTON}`}>
              {t('visitors.signUp')}
            </Link>
            <Link to="/pricing" className={`${buttonClass()} ${BIG_BUTTON}`}>
              {t('visitors.seePrices')}
            </Link>
          </div>
          <PriceLines />
        </div>
        {isPending && <div aria-hidden className="min-h-148 animate-pulse rounded-xl bg-sunken max-sm:min-h-180" />}
        {/* An installation that shows nothing shows how it is called. */}
        {!isPending && (people.length > 0 ? <ShowcaseDemo people={people} /> : <Call />)}
      </div>
      <Steps>{people.length > 0 && <Call />}</Steps>
      <Families />
      <Trust />
      <section className="border-t border-line bg-surface">
        <div className="mx-auto grid max-w-6xl justify-items-center gap-1 px-4 py-12 text-center">
          <h2 className="text-xl font-semibold tracking-tight">{t('visitors.start')}</h2>
          <p className="mb-4 text-muted">{t('visitors.startText')}</p>
          <Link to="/signup" className={`${buttonClass('primary')} ${BIG_BUTTON}`}>
            {t('visitors.signUp')}
          </Link>
        </div>
      </section>
    </VisitorLayout>
  );
}

function Call() {
  const { t } = useTranslation();
  const code = curlSnippet({
    origin: window.location.origin,
    deploymentId: '…',
    operation: 'recommendations',
    body: { userId: 'customer-1', limit: 5 },
  });
  return (
    <section className="min-w-0">
      <h2 className="text-xl font-semibold tracking-tight">{t('visitors.call')}</h2>
      <p className="mb-3 text-muted">{t('visitors.callText')}</p>
      <CodeBlock label={t('visitors.callLabel')} code={code} />
    </section>
  );
}

function Steps({ children }: { children: ReactNode }) {
  const { t } = useTranslation();
  const steps = [
    { name: t('visitors.step1'), text: t('visitors.step1Text') },
    { name: t('visitors.step2'), text: t('visitors.step2Text') },
    { name: t('visitors.step3'), text: t('visitors.step3Text') },
  ];
  return (
    <Part title={t('visitors.steps')}>
      <ol className="grid gap-4 md:grid-cols-3">
        {steps.map(({ name, text }, place) => (
          <Tile key={name} title={`${place + 1}. ${name}`} text={text} />
        ))}
      </ol>
      <div className="mt-8 empty:hidden">{children}</div>
    </Part>
  );
}

function Families() {
  const { t } = useTranslation();
  return (
    <Part title={t('visitors.families')}>
      <ul className="grid gap-4 md:grid-cols-3">
        <Tile title={t('visitors.familyRecommendations')} text={t('visitors.familyRecommendationsText')} />
        <Tile title={t('visitors.familyTexts')} text={t('visitors.familyTextsText')} />
        <Tile
          title={t('visitors.familyNext')}
          text={t('visitors.familyNextText')}
          badge={<Badge>{t('visitors.soon')}</Badge>}
        />
      </ul>
    </Part>
  );
}

function Trust() {
  const { t } = useTranslation();
  const points = [
    { name: t('visitors.trustOwn'), text: t('visitors.trustOwnText') },
    { name: t('visitors.trustApart'), text: t('visitors.trustApartText') },
    { name: t('visitors.trustExport'), text: t('visitors.trustExportText') },
    { name: t('visitors.trustDelete'), text: t('visitors.trustDeleteText') },
    { name: t('visitors.trustMetered'), text: t('visitors.trustMeteredText') },
    { name: t('visitors.trustCapped'), text: t('visitors.trustCappedText') },
  ];
  return (
    <Part title={t('visitors.trust')}>
      <ul className="grid gap-4 sm:grid-cols-2 lg:grid-cols-3">
        {points.map(({ name, text }) => (
          <Tile key={name} title={name} text={text} />
        ))}
      </ul>
    </Part>
  );
}

function Part({ title, children }: { title: string; children: ReactNode }) {
  const id = useId();
  return (
    <section aria-labelledby={id} className="border-t border-line">
      <div className="mx-auto max-w-6xl px-4 py-10">
        <h2 id={id} className="mb-4 text-xl font-semibold tracking-tight">
          {title}
        </h2>
        {children}
      </div>
    </section>
  );
}

function Tile({ title, text, badge }: { title: string; text: string; badge?: ReactNode }) {
  return (
    <li className="rounded-lg border border-line bg-surface p-4">
      <h3 className="flex items-center gap-2 font-semibold">
        {title}
        {badge}
      </h3>
      <p className="mt-1 text-muted">{text}</p>
    </li>
  );
}
