import { useTranslation } from 'react-i18next';
import type { DataColumn } from '../ui/data-table';
import { TextLink } from '../ui/text-link';

/** Whose it is, in a list over all of them. */
export function useOrganizationColumn(): DataColumn<{ organization: { id: string; name: string } }> {
  const { t } = useTranslation();
  return {
    key: 'organization',
    name: t('operator.jobs.organization'),
    cell: ({ organization }) => (
      <TextLink to="/admin/organizations/$organizationId" params={{ organizationId: organization.id }}>
        {organization.name}
      </TextLink>
    ),
  };
}
