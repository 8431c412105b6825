import { useParams } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { PageHeader } from '../../ui/page-header';
import { MadeData } from './made-data';
import { ImportForm } from './preview/import-form';

/** A file becomes a data set. */
export function NewDataSetPage() {
  const { t } = useTranslation();
  const { projectId } = useParams({ from: '/app/projects/$projectId/data-sets/new' });
  return (
    <>
      <PageHeader title={t('dataSets.new')} hint={t('dataSets.newHint')} />
      <div className="space-y-5">
        <ImportForm projectId={projectId} />
        <MadeData projectId={projectId} />
      </div>
    </>
  );
}
