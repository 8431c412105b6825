import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { dataSetsCreate, type DataSetsCreateData, unwrap } from '../../api/client';
import { useTerms } from '../../i18n/use-terms';
import { SelectField, TextField } from '../../ui/field';
import { FormDialog } from '../../ui/form-dialog';
import { familiesQuery } from '../models/families.queries';
import { dataSetsQuery } from './data-sets.queries';

export function NewDataSetDialog({ projectId, onClose }: { projectId: string; onClose: () => void }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const queryClient = useQueryClient();
  const terms = useTerms();
  const { data: families } = useQuery(familiesQuery);
  const kinds = families?.kinds ?? [];
  const [chosen, setKind] = useState<string>();
  const kind = kinds.find(({ key }) => key === chosen) ?? kinds[0];
  const create = useMutation({
    mutationFn: (values: FormData) =>
      unwrap(
        dataSetsCreate({
          path: { projectId },
          body: { name: String(values.get('name')), kind: kind?.key as DataSetsCreateData['body']['kind'] },
        }),
      ),
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
        hint={kind && terms.text(`kinds.${kind.key}.summary`, kind.summary)}
        value={kind?.key ?? ''}
        onChange={(event) => setKind(event.target.value)}
      >
        {kinds.map(({ key }) => (
          <option key={key} value={key}>
            {terms.name('kinds', key)}
          </option>
        ))}
      </SelectField>
    </FormDialog>
  );
}
