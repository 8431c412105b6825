import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { useMe } from '../dashboard/auth/auth.queries';
import { rolesQuery } from '../dashboard/organization/members.queries';
import { useFormat } from '../i18n/use-format';
import { Notice } from '../ui/notice';
import { PageHeader } from '../ui/page-header';
import { QueryView } from '../ui/query-view';
import type { Permission } from './permission';

/** In place of a page that somebody's role does not open: whose does. */
export function ClosedPage({ needs }: { needs: Permission }) {
  const { t } = useTranslation();
  const format = useFormat();
  const { me } = useMe();
  const roles = useQuery(rolesQuery);
  return (
    <>
      <PageHeader title={t('closedPage.title')} />
      <QueryView query={roles}>
        {({ roles: all }) => {
          const holders = all.filter(({ permissions }) => permissions.includes(needs)).map(({ role }) => role);
          const words = { roles: format.list(holders.map((role) => t(`roles.${role}`))), role: t(`roles.${me.role}`) };
          // Operators may do less than whom they act as.
          return (
            <Notice>{holders.includes(me.role) ? t('closedPage.toOperators') : t('closedPage.text', words)}</Notice>
          );
        }}
      </QueryView>
    </>
  );
}
