import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { deploymentsCreate, deploymentsUpdate, type ModelVersion, unwrap } from '../../api/client';
import { SelectField, TextField } from '../../ui/field';
import { FormDialog } from '../../ui/form-dialog';
import { deploymentsQuery } from './deployments.queries';

interface DeployDialogProps {
  projectId: string;
  version: ModelVersion;
  onClose: () => void;
}

/** Puts a version live: in a deployment of its own, or in the place of the version that one serves now. */
export function DeployDialog({ projectId, version, onClose }: DeployDialogProps) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const queryClient = useQueryClient();
  const { data: deployments = [] } = useQuery(deploymentsQuery(projectId));
  const [isNew, setIsNew] = useState(true);
  const deploy = useMutation({
    mutationFn: (values: FormData) => {
      const modelVersionId = version.id;
      if (isNew) {
        return unwrap(
          deploymentsCreate({ path: { projectId }, body: { name: String(values.get('name')), modelVersionId } }),
        );
      }
      const deploymentId = String(values.get('deploymentId'));
      return unwrap(deploymentsUpdate({ path: { projectId, deploymentId }, body: { modelVersionId } }));
    },
    onSuccess: ({ id }) => {
      void queryClient.invalidateQueries({ queryKey: deploymentsQuery(projectId).queryKey });
      return navigate({
        to: '/projects/$projectId/deployments/$deploymentId',
        params: { projectId, deploymentId: id },
      });
    },
  });
  return (
    <FormDialog
      title={t('deploy.title')}
      submitLabel={isNew ? t('deploy.create') : t('deploy.switch')}
      onSubmit={deploy.mutate}
      onClose={onClose}
      isBusy={deploy.isPending}
      error={deploy.error}
    >
      {deployments.length > 0 && (
        <fieldset className="flex flex-wrap gap-x-5 gap-y-1">
          <legend className="sr-only">{t('deploy.title')}</legend>
          <Choice label={t('deploy.new')} isChosen={isNew} onChoose={() => setIsNew(true)} />
          <Choice label={t('deploy.existing')} isChosen={!isNew} onChoose={() => setIsNew(false)} />
        </fieldset>
      )}
      {isNew ? (
        <TextField label={t('ui.name')} name="name" hint={t('deploy.nameHint')} maxLength={120} required />
      ) : (
        <SelectField label={t('deploy.deployment')} name="deploymentId" hint={t('deploy.switchHint')} required>
          {deployments.map(({ id, name }) => (
            <option key={id} value={id}>
              {name}
            </option>
          ))}
        </SelectField>
      )}
    </FormDialog>
  );
}

function Choice({ label, isChosen, onChoose }: { label: string; isChosen: boolean; onChoose: () => void }) {
  return (
    <label className="inline-flex min-h-6 items-center gap-2">
      <input type="radio" name="target" checked={isChosen} onChange={onChoose} className="size-4 accent-accent" />
      {label}
    </label>
  );
}
