import { useQuery } from '@tanstack/react-query';
import { Check } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { Roles } from '../../api/client';
import { Card } from '../../ui/card';
import { QueryView } from '../../ui/query-view';
import { Cell, HeaderCell, Table } from '../../ui/table';
import { useMe } from '../auth/auth.queries';
import { rolesQuery } from './members.queries';
import { OrganizationFrame } from './organization-frame';

/** Which role may do what, as the API's own table says. */
export function RolesPage() {
  const { t } = useTranslation();
  const { me } = useMe();
  const roles = useQuery(rolesQuery);
  return (
    <OrganizationFrame title={t('roleTable.title')} hint={t('roleTable.hint', { role: t(`roles.${me.role}`) })}>
      <QueryView query={roles}>{(found) => <RoleTable {...found} />}</QueryView>
    </OrganizationFrame>
  );
}

function RoleTable({ roles, permissions }: Roles) {
  const { t } = useTranslation();
  return (
    <Card isFlush>
      <Table label={t('roleTable.title')}>
        <thead>
          <tr>
            <HeaderCell>{t('roleTable.permission')}</HeaderCell>
            {roles.map(({ role }) => (
              <HeaderCell key={role} className="text-center">
                {t(`roles.${role}`)}
              </HeaderCell>
            ))}
          </tr>
        </thead>
        <tbody>
          {permissions.map(({ permission }) => (
            <tr key={permission}>
              <Cell className="min-w-56">
                <span className="block font-medium">{t(`permissions.${permission}`, { nsSeparator: false })}</span>
                <span className="font-mono text-xs text-muted">{permission}</span>
              </Cell>
              {roles.map(({ role, permissions: held }) => (
                <Cell key={role} className="text-center">
                  {held.includes(permission) ? (
                    <>
                      <Check aria-hidden className="mx-auto size-4 text-success" />
                      <span className="sr-only">{t('roleTable.yes')}</span>
                    </>
                  ) : (
                    <>
                      <span aria-hidden className="text-muted">
                        –
                      </span>
                      <span className="sr-only">{t('roleTable.no')}</span>
                    </>
                  )}
                </Cell>
              ))}
            </tr>
          ))}
        </tbody>
      </Table>
    </Card>
  );
}
