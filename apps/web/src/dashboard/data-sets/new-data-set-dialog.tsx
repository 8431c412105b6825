import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type DataSet, dataSetsCreate, unwrap } from '../../api/client';
import { SelectField, TextField } from '../../ui/field';
import { FormDialog } from '../../ui/form-dialog';
import { dataSetsQuery } from './data-sets.queries';

const KINDS: DataSet['kind'][] = ['interactions', 'items', 'users'];

export function NewDataSetDialog({ projectId, onClose }: { projectId: string; onClose: () => void }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const queryClient = useQueryClient();
  const [kind, setKind] = useState<DataSet['kind']>('interactions');
  const create = useMutation({
    mutationFn: (values: FormData) =>
      unwrap(dataSetsCreate({ path: { projectId }, body: { name: String(values.get('name')), kind } })),
    onSuccess: ({ id }) => {
      void queryClient.invalidateQueries({ queryKey: dataSetsQuery(projectId).queryKey });
      return navigate({ to: '/projects/$projectId/data-sets/$dataSetId', params: { projectId, dataSetId: id } });
    },
  });
  return (
    <FormDialog
      title={t('dataSets.new')}
      submitLabel={t('dataSets.create')}
      onSubmit={create.mutate}
      onClose={onClose}
      isBusy={create.isPending}
      error={create.error}
    >
      <TextField label={t('ui.name')} name="name" maxLength={120} required />
      <SelectField
        label={t('dataSets.kind')}
        name="kind"
        hint={t(`kindHints.${kind}`)}
        value={kind}
        onChange={(event) => setKind(event.target.value as DataSet['kind'])}
      >
        {KINDS.map((key) => (
          <option key={key} value={key}>
            {t(`kinds.${key}`)}
          </option>
        ))}
      </SelectField>
    </FormDialog>
  );
}
