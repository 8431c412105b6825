import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { organizationDelete, organizationKeep, organizationRename, type Organization, unwrap } from '../../api/client';
import { useFormat } from '../../i18n/use-format';
import { Button, buttonClass } from '../../ui/button';
import { Card } from '../../ui/card';
import { TextField } from '../../ui/field';
import { Form } from '../../ui/form';
import { DeleteDialog } from '../../ui/manage-actions';
import { Notice } from '../../ui/notice';
import { ProblemNotice } from '../../ui/problem-notice';
import { QueryView } from '../../ui/query-view';
import { meQuery, useMe } from '../auth/auth.queries';
import { OrganizationFrame } from './organization-frame';
import { organizationQuery } from './organization.queries';

/** What owners do with their organization as a whole. */
export function OrganizationPage() {
  const { t } = useTranslation();
  const { me, can } = useMe();
  const organization = useQuery(organizationQuery);
  return (
    <QueryView query={organization} isPage>
      {(found) => (
        <OrganizationFrame title={t('organization.title')} hint={found.name}>
          <div className="space-y-5">
            {found.deletesAt && <DeletionNotice organization={found} deletesAt={found.deletesAt} />}
            {!can('organization:write') && <Notice>{t('organization.ownersOnly')}</Notice>}
            {can('organization:write') && !me.suspension && <NameCard organization={found} />}
            {can('organization:write') && <ExportCard />}
            {can('organization:write') && !me.suspension && !found.deletesAt && <DeleteCard organization={found} />}
          </div>
        </OrganizationFrame>
      )}
    </QueryView>
  );
}

/** Replaces the cached organization by the API's answer. */
function useOrganizationChange<T>(change: (value: T) => Promise<Organization>, onSuccess?: () => void) {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: change,
    onSuccess: async (organization) => {
      queryClient.setQueryData(organizationQuery.queryKey, organization);
      await queryClient.invalidateQueries({ queryKey: meQuery.queryKey });
      onSuccess?.();
    },
  });
}

function DeletionNotice({ organization, deletesAt }: { organization: Organization; deletesAt: string }) {
  const { t } = useTranslation();
  const { can } = useMe();
  const format = useFormat();
  const keep = useOrganizationChange(() => unwrap(organizationKeep()));
  return (
    <Notice tone="warning">
      <p>{t('organization.deleting', { name: organization.name, date: format.dateTime(deletesAt) })}</p>
      {can('organization:write') && (
        <Button className="mt-2" isBusy={keep.isPending} onClick={() => keep.mutate(undefined)}>
          {t('organization.keep')}
        </Button>
      )}
      {keep.isError && <ProblemNotice error={keep.error} />}
    </Notice>
  );
}

function NameCard({ organization }: { organization: Organization }) {
  const { t } = useTranslation();
  const rename = useOrganizationChange((name: string) => unwrap(organizationRename({ body: { name } })));
  return (
    <Card title={t('organization.name')}>
      <Form
        onSubmit={(values) => rename.mutate(String(values.get('name')))}
        error={rename.error}
        isInline
        actions={
          <Button type="submit" isBusy={rename.isPending}>
            {t('manage.rename')}
          </Button>
        }
      >
        <TextField label={t('ui.name')} name="name" defaultValue={organization.name} maxLength={120} required />
      </Form>
    </Card>
  );
}

function ExportCard() {
  const { t } = useTranslation();
  return (
    <Card title={t('organization.export')} hint={t('organization.exportHint')}>
      <a href="/v1/organization/export" download className={buttonClass('secondary')}>
        {t('organization.exportAction')}
      </a>
    </Card>
  );
}

function DeleteCard({ organization }: { organization: Organization }) {
  const { t } = useTranslation();
  const [isOpen, setOpen] = useState(false);
  const remove = useOrganizationChange(() => unwrap(organizationDelete({ body: { name: organization.name } })));
  return (
    <Card title={t('organization.delete')} hint={t('organization.deleteHint')}>
      <Button variant="danger" onClick={() => setOpen(true)}>
        {t('organization.delete')}
      </Button>
      {isOpen && (
        <DeleteDialog
          name={organization.name}
          text={t('organization.deleteText')}
          submitLabel={t('organization.delete')}
          onDelete={() => remove.mutateAsync(undefined)}
          onClose={() => setOpen(false)}
        />
      )}
    </Card>
  );
}
