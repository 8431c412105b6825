import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import {
  type DataSet,
  type ModelsCreateData,
  modelsCreate,
  type ModelsListRecipesResponse,
  unwrap,
} from '../../api/client';
import { useTerms } from '../../i18n/use-terms';
import { Dialog } from '../../ui/dialog';
import { SelectField, TextField } from '../../ui/field';
import { FormDialog } from '../../ui/form-dialog';
import { Notice } from '../../ui/notice';
import { QueryView } from '../../ui/query-view';
import { dataSetsQuery } from '../data-sets/data-sets.queries';
import { modelsQuery, recipesQuery } from './models.queries';
import { readSettings } from './recipe-settings';
import { SettingsFields } from './settings-fields';

interface NewModelDialogProps {
  projectId: string;
  onClose: () => void;
}

export function NewModelDialog({ projectId, onClose }: NewModelDialogProps) {
  const { t } = useTranslation();
  const recipes = useQuery(recipesQuery);
  const dataSets = useQuery(dataSetsQuery(projectId));
  if (recipes.data && dataSets.data) {
    return (
      <NewModelForm projectId={projectId} recipes={recipes.data.recipes} dataSets={dataSets.data} onClose={onClose} />
    );
  }
  return (
    <Dialog title={t('models.new')} onClose={onClose}>
      <QueryView query={recipes}>{() => <QueryView query={dataSets}>{() => null}</QueryView>}</QueryView>
    </Dialog>
  );
}

interface NewModelFormProps extends NewModelDialogProps {
  recipes: ModelsListRecipesResponse['recipes'];
  dataSets: DataSet[];
}

function NewModelForm({ projectId, recipes, dataSets, onClose }: NewModelFormProps) {
  const { t } = useTranslation();
  const terms = useTerms();
  const navigate = useNavigate();
  const queryClient = useQueryClient();
  const [recipeKey, setRecipeKey] = useState(recipes[0]?.key);
  const recipe = recipes.find(({ key }) => key === recipeKey)!;
  const interactions = dataSets.filter(({ kind }) => kind === 'interactions');
  const items = dataSets.filter(({ kind }) => kind === 'items');
  const users = dataSets.filter(({ kind }) => kind === 'users');
  const create = useMutation({
    mutationFn: (values: FormData) =>
      unwrap(
        modelsCreate({
          path: { projectId },
          body: {
            name: String(values.get('name')),
            recipe: recipe.key as ModelsCreateData['body']['recipe'],
            settings: readSettings(values, recipe.settings),
            interactionsDataSetId: String(values.get('interactionsDataSetId')),
            itemsDataSetId: String(values.get('itemsDataSetId')) || undefined,
            usersDataSetId: String(values.get('usersDataSetId')) || undefined,
          },
        }),
      ),
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
      isDisabled={interactions.length === 0}
      error={create.error}
    >
      {interactions.length === 0 && <Notice tone="warning">{t('models.noInteractions')}</Notice>}
      <TextField label={t('ui.name')} name="name" maxLength={120} required />
      <SelectField
        label={t('models.recipe')}
        name="recipe"
        hint={terms.text(`recipes.${recipe.key}.summary`, recipe.summary)}
        value={recipe.key}
        onChange={(event) => setRecipeKey(event.target.value)}
      >
        {recipes.map(({ key }) => (
          <option key={key} value={key}>
            {terms.name('recipes', key)}
          </option>
        ))}
      </SelectField>
      <SelectField
        label={t('models.interactions')}
        name="interactionsDataSetId"
        defaultValue={filledFirst(interactions)?.id}
        required
      >
        <DataSetOptions dataSets={interactions} />
      </SelectField>
      <SelectField
        label={t('models.items')}
        name="itemsDataSetId"
        hint={t('models.itemsHint')}
        defaultValue={filledFirst(items)?.id ?? ''}
      >
        <option value="">{t('models.none')}</option>
        <DataSetOptions dataSets={items} />
      </SelectField>
      <SelectField
        label={t('models.users')}
        name="usersDataSetId"
        hint={t('models.usersHint')}
        defaultValue={filledFirst(users)?.id ?? ''}
      >
        <option value="">{t('models.none')}</option>
        <DataSetOptions dataSets={users} />
      </SelectField>
      <SettingsFields recipe={recipe.key} schema={recipe.settings} />
    </FormDialog>
  );
}

function DataSetOptions({ dataSets }: { dataSets: DataSet[] }) {
  return dataSets.map(({ id, name }) => (
    <option key={id} value={id}>
      {name}
    </option>
  ));
}

/** A data set with rows can be trained on at once; an empty one is offered, not proposed. */
function filledFirst(dataSets: DataSet[]): DataSet | undefined {
  return dataSets.find(({ currentImport }) => currentImport) ?? dataSets[0];
}
