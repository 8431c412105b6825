import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { projectsCreate, unwrap } from '../../api/client';
import { TextField } from '../../ui/field';
import { FormDialog } from '../../ui/form-dialog';
import { projectsQuery } from './projects.queries';

export function NewProjectDialog({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const queryClient = useQueryClient();
  const create = useMutation({
    mutationFn: (values: FormData) => unwrap(projectsCreate({ body: { name: String(values.get('name')) } })),
    onSuccess: (project) => {
      void queryClient.invalidateQueries({ queryKey: projectsQuery.queryKey });
      return navigate({ to: '/projects/$projectId', params: { projectId: project.id } });
    },
  });
  return (
    <FormDialog
      title={t('projects.new')}
      submitLabel={t('projects.create')}
      onSubmit={create.mutate}
      onClose={onClose}
      isBusy={create.isPending}
      error={create.error}
    >
      <TextField label={t('ui.name')} name="name" hint={t('projects.nameHint')} maxLength={120} required />
    </FormDialog>
  );
}
