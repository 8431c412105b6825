import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type DataSet, modelsCreate, unwrap } from '../../api/client';
import { useFormat } from '../../i18n/use-format';
import { useTerms } from '../../i18n/use-terms';
import { Dialog } from '../../ui/dialog';
import { SelectField, TextField } from '../../ui/field';
import { FormDialog } from '../../ui/form-dialog';
import { Notice } from '../../ui/notice';
import { QueryView } from '../../ui/query-view';
import { dataSetsQuery } from '../data-sets/data-sets.queries';
import { hasRows, rowsOf } from '../data-sets/rows-of';
import { familiesQuery, type Family } from './families.queries';
import { modelsQuery } from './models.queries';
import { readSettings } from './recipe-settings';
import { SettingsFields } from './settings-fields';

interface NewModelDialogProps {
  projectId: string;
  onClose: () => void;
}

export function NewModelDialog({ projectId, onClose }: NewModelDialogProps) {
  const { t } = useTranslation();
  const families = useQuery(familiesQuery);
  const dataSets = useQuery(dataSetsQuery(projectId));
  if (families.data && dataSets.data) {
    return (
      <NewModelForm
        projectId={projectId}
        families={families.data.families}
        dataSets={dataSets.data}
        onClose={onClose}
      />
    );
  }
  return (
    <Dialog title={t('models.new')} onClose={onClose}>
      <QueryView query={families}>{() => <QueryView query={dataSets}>{() => null}</QueryView>}</QueryView>
    </Dialog>
  );
}

interface NewModelFormProps extends NewModelDialogProps {
  families: Family[];
  dataSets: DataSet[];
}

function NewModelForm({ projectId, families, dataSets, onClose }: NewModelFormProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const terms = useTerms();
  const navigate = useNavigate();
  const queryClient = useQueryClient();
  const choices = families.flatMap((each) =>
    each.recipes.map((one) => ({ key: `${each.key}/${one.key}`, family: each, recipe: one })),
  );
  const [chosen, setChosen] = useState(choices[0]?.key);
  const { family, recipe } = choices.find(({ key }) => key === chosen)!;
  const ofKind = (kind: string) => dataSets.filter((each) => each.kind === kind);
  const lacking = family.inputs.filter(({ required, kind }) => required && ofKind(kind).length === 0);
  const create = useMutation({
    mutationFn: (values: FormData) => {
      const sources = family.inputs.map(({ role }) => [role, String(values.get(sourceName(role)) ?? '')]);
      const body = {
        name: String(values.get('name')),
        family: family.key,
        recipe: recipe.key,
        settings: readSettings(values, recipe.settings),
        sources: Object.fromEntries(sources.filter(([, dataSetId]) => dataSetId)) as Record<string, string>,
      };
      return unwrap(modelsCreate({ path: { projectId }, body }));
    },
    onSuccess: ({ id }) => {
      void queryClient.invalidateQueries({ queryKey: modelsQuery(projectId).queryKey });
      return navigate({ to: '/projects/$projectId/models/$modelId', params: { projectId, modelId: id } });
    },
  });
  return (
    <FormDialog
      title={t('models.new')}
      submitLabel={t('models.create')}
      onSubmit={create.mutate}
      onClose={onClose}
      isBusy={create.isPending}
      isDisabled={lacking.length > 0}
      error={create.error}
    >
      {lacking.length > 0 && (
        <Notice tone="warning">
          {t('models.noData', { kinds: format.list(lacking.map(({ kind }) => terms.name('kinds', kind))) })}
        </Notice>
      )}
      <TextField label={t('ui.name')} name="name" maxLength={120} required />
      <SelectField
        label={t('models.recipe')}
        name="recipe"
        hint={terms.text(`recipes.${family.key}.${recipe.key}.summary`, recipe.summary)}
        value={chosen}
        onChange={(event) => setChosen(event.target.value)}
      >
        {families.map(({ key, summary }) => (
          // Two families may each have a recipe of one name.
          <optgroup key={key} label={terms.text(`families.${key}`, summary)}>
            {choices
              .filter((each) => each.family.key === key)
              .map((each) => (
                <option key={each.key} value={each.key}>
                  {terms.name('recipes', each.recipe.key)}
                </option>
              ))}
          </optgroup>
        ))}
      </SelectField>
      {family.inputs.map(({ role, kind, required, summary }) => (
        <SelectField
          key={`${family.key}/${role}`}
          label={terms.name('roles', role)}
          name={sourceName(role)}
          hint={required ? undefined : `${t('models.optional')} ${terms.text(`inputs.${family.key}.${role}`, summary)}`}
          defaultValue={largest(ofKind(kind))?.id ?? ''}
          required={required}
        >
          {!required && <option value="">{t('models.none')}</option>}
          <DataSetOptions dataSets={ofKind(kind)} />
        </SelectField>
      ))}
      <SettingsFields family={family.key} recipe={recipe.key} schema={recipe.settings} />
    </FormDialog>
  );
}

const sourceName = (role: string) => `sources.${role}`;

function DataSetOptions({ dataSets }: { dataSets: DataSet[] }) {
  const { t } = useTranslation();
  const format = useFormat();
  const nameOf = (dataSet: DataSet) => {
    const { name, createdAt, currentImport } = dataSet;
    if (!hasRows(dataSet)) return t('models.sourceEmpty', { name });
    return t('models.source', {
      name,
      count: rowsOf(dataSet),
      date: format.dateTime(currentImport?.createdAt ?? createdAt),
    });
  };
  return dataSets.map((dataSet) => (
    <option key={dataSet.id} value={dataSet.id}>
      {nameOf(dataSet)}
    </option>
  ));
}

/** The data set to preselect: the one with most rows, as a small one is more likely a try. */
function largest(dataSets: DataSet[]): DataSet | undefined {
  return dataSets.toSorted((a, b) => rowsOf(b) - rowsOf(a))[0];
}
