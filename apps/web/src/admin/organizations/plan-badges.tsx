import { useTranslation } from 'react-i18next';
import type { OrganizationSummary } from '../../api/client';
import { Badge } from '../../ui/badge';

/** The plan, and what is wrong with its subscription. */
export function PlanBadges({ plan, status }: Pick<OrganizationSummary, 'plan' | 'status'>) {
  const { t } = useTranslation();
  return (
    <span className="flex flex-wrap gap-1 max-sm:justify-end">
      <Badge>{plan}</Badge>
      {status !== 'active' && <Badge tone="danger">{t(`subscriptionStatus.${status}`)}</Badge>}
    </span>
  );
}
