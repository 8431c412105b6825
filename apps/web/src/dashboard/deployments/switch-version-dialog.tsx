import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { type Deployment, deploymentsUpdate, type ModelVersion, unwrap } from '../../api/client';
import { useFormat } from '../../i18n/use-format';
import { SelectField } from '../../ui/field';
import { FormDialog } from '../../ui/form-dialog';
import { useVersionName } from '../models/use-version-name';
import { deploymentsQuery } from './deployments.queries';

interface SwitchVersionDialogProps {
  deployment: Deployment;
  versions: ModelVersion[];
  /** Chosen at first, such as the one before. */
  wanted: ModelVersion;
  onClose: () => void;
}

/** Puts another version of the same model in the place of the one that answers. */
export function SwitchVersionDialog({ deployment, versions, wanted, onClose }: SwitchVersionDialogProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const versionName = useVersionName();
  const queryClient = useQueryClient();
  const { projectId, id: deploymentId } = deployment;
  const update = useMutation({
    mutationFn: (values: FormData) => {
      const modelVersionId = String(values.get('modelVersionId'));
      return unwrap(deploymentsUpdate({ path: { projectId, deploymentId }, body: { modelVersionId } }));
    },
    onSuccess: async () => {
      await queryClient.invalidateQueries({ queryKey: deploymentsQuery(projectId).queryKey });
      onClose();
    },
  });
  return (
    <FormDialog
      title={t('deployments.switch')}
      submitLabel={t('deployments.switch')}
      onSubmit={update.mutate}
      onClose={onClose}
      isBusy={update.isPending}
      error={update.error}
    >
      <SelectField
        label={t('deployments.switchTo')}
        name="modelVersionId"
        hint={t('deploy.switchHint')}
        defaultValue={wanted.id}
      >
        {versions.map(({ id, createdAt }) => (
          <option key={id} value={id}>
            {[
              versionName(versions, id),
              format.dateTime(createdAt),
              ...(id === deployment.modelVersionId ? [t('deployments.live')] : []),
            ].join(' · ')}
          </option>
        ))}
      </SelectField>
    </FormDialog>
  );
}
