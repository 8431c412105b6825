import { useQuery } from '@tanstack/react-query';
import { Building2 } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '../../ui/button';
import { ProblemNotice } from '../../ui/problem-notice';
import { QueryView } from '../../ui/query-view';
import { TextLink } from '../../ui/text-link';
import { AuthPage } from '../auth/auth-page';
import { LogOutButton } from '../auth/log-out-button';
import { NewOrganizationDialog } from './new-organization-dialog';
import { organizationsQuery } from './organization.queries';
import { useChooseOrganization } from './use-choose-organization';

/** For whoever acts in no organization: they left it, were removed, or it was deleted. */
export function ChooseOrganizationPage() {
  const { t } = useTranslation();
  const organizations = useQuery(organizationsQuery);
  const hasNone = organizations.data?.length === 0;
  const choose = useChooseOrganization();
  const [isCreating, setIsCreating] = useState(false);
  return (
    <AuthPage
      title={hasNone ? t('myOrganizations.none') : t('myOrganizations.choose')}
      hint={hasNone ? t('myOrganizations.noneHint') : t('myOrganizations.chooseHint')}
      footer={
        <span className="flex items-center justify-center gap-4">
          <TextLink to="/account">{t('account.title')}</TextLink>
          <LogOutButton />
        </span>
      }
    >
      <div className="space-y-3">
        <QueryView query={organizations}>
          {(found) => (
            <ul className="space-y-2">
              {found.map(({ id, name, role }) => (
                <li key={id}>
                  <Button className="w-full justify-start" isBusy={choose.isPending} onClick={() => choose.mutate(id)}>
                    <Building2 aria-hidden />
                    <span className="min-w-0 flex-1 truncate text-left">{name}</span>
                    <span className="text-muted">{t(`roles.${role}`)}</span>
                  </Button>
                </li>
              ))}
            </ul>
          )}
        </QueryView>
        {choose.isError && <ProblemNotice error={choose.error} />}
        <Button className="w-full" variant="primary" onClick={() => setIsCreating(true)}>
          {t('myOrganizations.new')}
        </Button>
        <p className="text-muted">{t('myOrganizations.invited')}</p>
      </div>
      {isCreating && <NewOrganizationDialog onClose={() => setIsCreating(false)} />}
    </AuthPage>
  );
}
