import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { type DataSet, dataSetsDelete, dataSetsRename, unwrap } from '../../api/client';
import { othersThan } from '../../api/list-query';
import { Card } from '../../ui/card';
import { ManageActions } from '../../ui/manage-actions';
import { TextLink } from '../../ui/text-link';
import { useMe } from '../auth/auth.queries';
import { modelsQuery } from '../models/models.queries';
import { dataSetsQuery } from './data-sets.queries';

/** The data set itself: its name, its end, and who learns from it. */
export function SettingsTab({ dataSet: { id: dataSetId, projectId, name } }: { dataSet: DataSet }) {
  const { t } = useTranslation();
  const { can } = useMe();
  const navigate = useNavigate();
  const queryClient = useQueryClient();
  const { data: models = [] } = useQuery(modelsQuery(projectId));
  const users = models.filter(({ sources }) => Object.values(sources).includes(dataSetId));
  const { queryKey } = dataSetsQuery(projectId);
  return (
    <Card
      title={t('dataSets.usedBy')}
      hint={users.length === 0 ? t('dataSets.usedByNone') : t('dataSets.usedByHint')}
      actions={
        can('project:write') && (
          <div className="flex flex-wrap gap-2">
            <ManageActions
              name={name}
              deleteText={t('dataSets.deleteText')}
              onRename={async (chosen) => {
                await unwrap(dataSetsRename({ path: { projectId, dataSetId }, body: { name: chosen } }));
                await queryClient.invalidateQueries({ queryKey });
              }}
              onDelete={async () => {
                await unwrap(dataSetsDelete({ path: { projectId, dataSetId } }));
                await navigate({ to: '/projects/$projectId/data-sets', params: { projectId } });
                await queryClient.invalidateQueries(othersThan(queryKey, dataSetId));
              }}
            />
          </div>
        )
      }
    >
      <ul className="space-y-1">
        {users.map((model) => (
          <li key={model.id}>
            <TextLink to="/projects/$projectId/models/$modelId" params={{ projectId, modelId: model.id }}>
              {model.name}
            </TextLink>
          </li>
        ))}
      </ul>
    </Card>
  );
}
