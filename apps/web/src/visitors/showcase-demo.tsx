import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Showcase } from '../api/client';
import { useFormat } from '../i18n/use-format';
import { ProblemNotice } from '../ui/problem-notice';
import { showcaseAnswerQuery } from './visitors.queries';

const TITLES = 2;

/** A deployed model that answers who reads this, before they have an account. */
export function ShowcaseDemo({ people }: Showcase) {
  const { t } = useTranslation();
  const format = useFormat();
  const [userId, setUserId] = useState(people[0]!.userId);
  return (
    <section
      aria-labelledby="demo"
      className="min-h-148 rounded-xl border border-line bg-surface p-4 shadow-sm max-sm:min-h-180 sm:p-5"
    >
      <h2 id="demo" className="text-[0.9375rem] font-semibold">
        {t('visitors.demo')}
      </h2>
      <p className="text-muted">{t('visitors.demoHint')}</p>
      <fieldset aria-label={t('visitors.people')} className="mt-3 grid gap-1.5 sm:grid-cols-2">
        {people.map((person) => (
          <button
            key={person.userId}
            type="button"
            aria-pressed={person.userId === userId}
            onClick={() => setUserId(person.userId)}
            className="min-h-11 rounded-md border border-line px-2.5 py-1.5 text-left text-xs leading-4 text-muted hover:bg-sunken hover:text-ink aria-pressed:border-accent aria-pressed:bg-accent-soft aria-pressed:text-ink"
          >
            <span className="line-clamp-2">
              {t('visitors.likes', { titles: format.list(person.liked.slice(0, TITLES).map(({ title }) => title)) })}
            </span>
          </button>
        ))}
      </fieldset>
      <h3 className="mt-4 font-medium">{t('visitors.recommended')}</h3>
      <Answer userId={userId} />
    </section>
  );
}

function Answer({ userId }: { userId: string }) {
  const { t } = useTranslation();
  const answer = useQuery(showcaseAnswerQuery(userId));
  if (answer.isError) return <ProblemNotice error={answer.error} onRetry={() => void answer.refetch()} />;
  return (
    <div aria-live="polite" aria-busy={answer.isFetching} className="min-h-56">
      <ol aria-label={t('visitors.recommended')} className="mt-1.5 divide-y divide-line">
        {answer.data?.items.map(({ itemId, title }, place) => (
          <li key={itemId} className="flex gap-2.5 py-1">
            <span className="w-4 shrink-0 text-right text-muted tabular-nums">{place + 1}</span>
            <span className="min-w-0 truncate font-medium">{title}</span>
          </li>
        ))}
      </ol>
      {answer.data && (
        <p className="mt-2 text-xs text-muted">
          {answer.data.source === 'model' ? t('visitors.demoNote') : t('visitors.popular')}
        </p>
      )}
    </div>
  );
}
