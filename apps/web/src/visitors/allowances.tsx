import { useTranslation } from 'react-i18next';
import type { PublicPlan } from '../api/client';
import { useFormat } from '../i18n/use-format';
import { useTerms } from '../i18n/use-terms';

/** Entries of a list: the most that a plan allows of each thing. */
export function Allowances({ limits }: Pick<PublicPlan, 'limits'>) {
  const { t } = useTranslation();
  const format = useFormat();
  const terms = useTerms();
  return limits.map(({ resource, quantity }) => (
    <li key={resource}>
      {t('visitors.allows', {
        resource: terms.name('resources', resource, terms.name('meters', resource)),
        quantity: format.number(quantity),
      })}
    </li>
  ));
}
