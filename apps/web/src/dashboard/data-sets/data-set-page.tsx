import { useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { PageHeader } from '../../ui/page-header';
import { QueryView } from '../../ui/query-view';
import { useMe } from '../auth/auth.queries';
import { dataSetQuery } from './data-sets.queries';
import { ImportCard, ImportErrorsCard } from './import-card';
import { UploadCard } from './upload-card';

export function DataSetPage() {
  const { t } = useTranslation();
  const { can } = useMe();
  const { projectId, dataSetId } = useParams({ from: '/app/projects/$projectId/data-sets/$dataSetId' });
  const dataSet = useQuery(dataSetQuery(projectId, dataSetId));
  return (
    <QueryView query={dataSet} isPage>
      {(found) => (
        <>
          <PageHeader title={found.name} hint={t(`kinds.${found.kind}`)} />
          <div className="space-y-5">
            {found.latestImport && (
              <ImportCard latest={found.latestImport} hasEarlierRows={found.currentImport !== null} />
            )}
            {found.latestImport && found.latestImport.errors.length > 0 && (
              <ImportErrorsCard latest={found.latestImport} />
            )}
            {can('project:write') && <UploadCard dataSet={found} />}
          </div>
        </>
      )}
    </QueryView>
  );
}
