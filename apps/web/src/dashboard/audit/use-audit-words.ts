import { useTranslation } from 'react-i18next';
import type { AuditEvent } from '../../api/client';
import { useTerms } from '../../i18n/use-terms';

/** Of an id, as much as tells one from another. */
const short = (id: string) => id.slice(-8);

export function useAuditWords() {
  const { t, i18n } = useTranslation();
  const terms = useTerms();
  const known = i18n.getResource(i18n.language, 'translation', 'terms.auditActions') as Record<string, object>;
  return {
    action: (action: string) => terms.name('auditActions', action),
    actor: ({ kind, id, name }: AuditEvent['actor']): string => {
      if (kind === 'operator') return name ? t('auditLog.operatorNamed', { name }) : t('auditLog.operator');
      if (kind === 'system' || !id) return t('auditLog.system');
      if (kind === 'api_key') return t('auditLog.apiKey', { name: name ?? short(id) });
      if (kind === 'scim_token') return t('auditLog.scimToken', { name: name ?? short(id) });
      return name ?? t('auditLog.formerMember', { id: short(id) });
    },
    target: ({ type, id, name }: AuditEvent['target']): string =>
      name ?? `${terms.name('auditTargets', type)} ${short(id)}`,
    /** Every action, by what it is done to: those that have words, which a test holds to be all. */
    actions: Object.entries(known).map(([type, actions]) => ({
      type,
      actions: Object.keys(actions).map((action) => `${type}.${action}`),
    })),
    type: (type: string) => terms.name('auditTargets', type),
  };
}
