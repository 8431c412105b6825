import type { TFunction } from 'i18next';
import { useTranslation } from 'react-i18next';
import type { Limit } from '../../api/client';
import { useFormat } from '../../i18n/use-format';
import { useTerms } from '../../i18n/use-terms';
import { nameOf, useDirectory } from '../projects/use-directory';

export const SPEND = 'spend';
export const REQUESTS_PER_SECOND = 'requests_per_second';

export type LimitWords = ReturnType<typeof limitWords>;

/** How limits are told: for whom, on what, how much. */
export function useLimitWords(currency: string): LimitWords {
  const { t } = useTranslation();
  return limitWords(t, useFormat(), useTerms(), currency, useDirectory());
}

interface Named {
  id: string;
  name: string;
}

/** The same of another organization, whose projects and keys are given. */
export function limitWords(
  t: TFunction,
  format: ReturnType<typeof useFormat>,
  terms: ReturnType<typeof useTerms>,
  currency: string,
  { projects, apiKeys }: { projects: Named[]; apiKeys: (Named & { lineageId: string })[] },
) {
  return {
    scope: ({ scope, scopeId }: Pick<Limit, 'scope' | 'scopeId'>) => {
      if (scope === 'organization') return t('limits.scopes.organization');
      if (scope === 'project') return t('limits.ofProject', { name: nameOf(projects, scopeId) });
      // The limit holds for all keys that were replaced each other by rotation, which have the same name.
      const name = apiKeys.find(({ lineageId }) => lineageId === scopeId)?.name ?? scopeId;
      return t('limits.ofKey', { name });
    },
    resource: (resource: string) => terms.name('resources', resource, terms.name('meters', resource)),
    quantity: (resource: string, quantity: string) =>
      resource === SPEND ? format.unitPrice(quantity, currency) : format.number(quantity, { maximumFractionDigits: 6 }),
  };
}
