import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate, useParams } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { dataSetsDelete, dataSetsRename, unwrap } from '../../api/client';
import { useTerms } from '../../i18n/use-terms';
import { ManageActions } from '../../ui/manage-actions';
import { Notice } from '../../ui/notice';
import { PageHeader } from '../../ui/page-header';
import { QueryView } from '../../ui/query-view';
import { useMe } from '../auth/auth.queries';
import { dataSetQuery, dataSetsQuery } from './data-sets.queries';
import { ImportCard, ImportErrorsCard } from './import-card';
import { UploadCard } from './upload-card';

export function DataSetPage() {
  const { t } = useTranslation();
  const terms = useTerms();
  const { can } = useMe();
  const navigate = useNavigate();
  const queryClient = useQueryClient();
  const { projectId, dataSetId } = useParams({ from: '/app/projects/$projectId/data-sets/$dataSetId' });
  const dataSet = useQuery(dataSetQuery(projectId, dataSetId));
  return (
    <QueryView query={dataSet} isPage>
      {(found) => (
        <>
          <PageHeader
            title={found.name}
            hint={terms.name('kinds', found.kind)}
            actions={
              can('project:write') && (
                <ManageActions
                  name={found.name}
                  deleteText={t('dataSets.deleteText')}
                  onRename={async (name) => {
                    await unwrap(dataSetsRename({ path: { projectId, dataSetId }, body: { name } }));
                    await queryClient.invalidateQueries({ queryKey: dataSetsQuery(projectId).queryKey });
                  }}
                  onDelete={async () => {
                    await unwrap(dataSetsDelete({ path: { projectId, dataSetId } }));
                    await navigate({ to: '/projects/$projectId/data-sets', params: { projectId } });
                    await queryClient.invalidateQueries({ queryKey: dataSetsQuery(projectId).queryKey, exact: true });
                  }}
                />
              )
            }
          />
          <div className="space-y-5">
            {found.latestImport && (
              <ImportCard latest={found.latestImport} kind={found.kind} hasEarlierRows={found.currentImport !== null} />
            )}
            {found.latestImport && found.latestImport.errors.length > 0 && (
              <ImportErrorsCard latest={found.latestImport} />
            )}
            {found.addedRows > 0 && (
              <Notice>
                <p className="font-medium">{t('dataSets.addedRows', { count: found.addedRows })}</p>
                <p className="text-muted">{t('dataSets.addedRowsHint')}</p>
              </Notice>
            )}
            {can('project:write') && <UploadCard dataSet={found} />}
          </div>
        </>
      )}
    </QueryView>
  );
}
