import { useMutation } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { myOrganizationsCreate, unwrap } from '../../api/client';
import { TextField } from '../../ui/field';
import { FormDialog } from '../../ui/form-dialog';
import { useChooseOrganization } from './use-choose-organization';

/** Makes another organization and goes there. */
export function NewOrganizationDialog({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const choose = useChooseOrganization();
  const create = useMutation({
    mutationFn: (name: string) => unwrap(myOrganizationsCreate({ body: { name } })),
    onSuccess: ({ id }) => choose.mutateAsync(id),
  });
  return (
    <FormDialog
      title={t('myOrganizations.new')}
      submitLabel={t('myOrganizations.create')}
      onSubmit={(values) => create.mutate(String(values.get('name')))}
      onClose={onClose}
      isBusy={create.isPending || choose.isPending}
      error={create.error}
    >
      <p>{t('myOrganizations.newText')}</p>
      <TextField label={t('ui.name')} name="name" maxLength={120} autoComplete="organization" required />
    </FormDialog>
  );
}
