import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { Tags } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { DataSet } from '../../api/client';
import { useTerms } from '../../i18n/use-terms';
import { buttonClass } from '../../ui/button';
import { Notice } from '../../ui/notice';
import { PageHeader } from '../../ui/page-header';
import { QueryView, Together } from '../../ui/query-view';
import { RelativeTime } from '../../ui/relative-time';
import { isActive } from '../../ui/status-badge';
import { Tabs } from '../../ui/tabs';
import { useMe } from '../auth/auth.queries';
import { familiesQuery } from '../models/families.queries';
import { modelsQuery } from '../models/models.queries';
import { dataSetQuery } from './data-sets.queries';
import { ImportsTab } from './imports-tab';
import { ImportForm } from './preview/import-form';
import { ProvenanceBadge } from './provenance-badge';
import { QualityTab } from './quality-tab';
import { hasRows } from './rows-of';
import { RowsTab } from './rows-tab';
import { RunningImport } from './running-import';
import { SettingsTab } from './settings-tab';
import { StatisticTiles } from './statistic-tiles';
import { UrlSourcesCard } from './url-sources/url-sources-card';

export function DataSetPage() {
  const { t } = useTranslation();
  const terms = useTerms();
  const { projectId, dataSetId } = useParams({ from: '/app/projects/$projectId/data-sets/$dataSetId' });
  const dataSet = useQuery(dataSetQuery(projectId, dataSetId));
  // They name what the tiles count.
  const families = useQuery(familiesQuery);
  return (
    <QueryView query={dataSet} isPage>
      {(found) => (
        <>
          <PageHeader
            title={found.name}
            hint={
              <>
                {terms.name('kinds', found.kind)} <ProvenanceBadge provenance={found.provenance} />
                {found.currentImport?.finishedAt && (
                  <>
                    {` · ${t('projects.dataAge')} `}
                    <RelativeTime time={found.currentImport.finishedAt} />
                  </>
                )}
                <SampleCredit sample={found.sample} />
              </>
            }
            actions={
              <>
                <LabelLink dataSet={found} />
                <NextStep dataSet={found} />
              </>
            }
          />
          <Together queries={[families]}>
            <div className="space-y-5">
              <LatestNotice dataSet={found} />
              {hasRows(found) ? <Content dataSet={found} /> : <Empty dataSet={found} />}
            </div>
          </Together>
        </>
      )}
    </QueryView>
  );
}

/** Whose work a sample is, and on which terms it is handed on. */
function SampleCredit({ sample }: Pick<DataSet, 'sample'>) {
  const { t } = useTranslation();
  if (!sample) return null;
  return (
    <p className="text-xs">
      {t('provenance.credit', { license: sample.license })}{' '}
      <a href={sample.source} rel="noreferrer" className="rounded underline hover:text-ink">
        {sample.source}
      </a>
    </p>
  );
}

/** Of texts, which people say what they are. */
function LabelLink({ dataSet: { id: dataSetId, projectId, kind } }: { dataSet: DataSet }) {
  const { t } = useTranslation();
  const { can } = useMe();
  if (kind !== 'labelled-texts' || !can('project:write')) return null;
  return (
    <Link
      to="/projects/$projectId/data-sets/$dataSetId/label"
      params={{ projectId, dataSetId }}
      className={buttonClass('secondary')}
    >
      <Tags aria-hidden />
      {t('labelling.title')}
    </Link>
  );
}

/** Where rows that no model learns from lead. */
function NextStep({ dataSet }: { dataSet: DataSet }) {
  const { id, projectId } = dataSet;
  const { t } = useTranslation();
  const { can } = useMe();
  const { data: models } = useQuery(modelsQuery(projectId));
  if (!hasRows(dataSet) || !models || !can('project:write')) return null;
  if (models.some(({ sources }) => Object.values(sources).includes(id))) return null;
  const isFirst = models.length === 0;
  return (
    <Link
      to={isFirst ? '/projects/$projectId' : '/projects/$projectId/models'}
      params={{ projectId }}
      className={buttonClass('primary')}
    >
      {t('start.nextTrain')}
    </Link>
  );
}

/** What became of the latest file, where that is not simply what the page shows. */
function LatestNotice({ dataSet }: { dataSet: DataSet }) {
  const { latestImport: latest, currentImport, addedRows } = dataSet;
  const { t } = useTranslation();
  const terms = useTerms();
  return (
    <>
      {latest && isActive(latest) && <RunningImport dataSet={dataSet} running={latest} />}
      {latest?.status === 'failed' && (
        <Notice tone="danger">
          <p>{terms.sentences(latest.failureReason ?? '')}</p>
          <p className="mt-0.5">{currentImport ? t('import.earlierRowsKept') : t('import.tryAgain')}</p>
        </Notice>
      )}
      {latest?.status === 'succeeded' && Boolean(latest.rowsRejected) && (
        <Notice tone="warning">{t('import.someRejected', { count: latest.rowsRejected ?? 0 })}</Notice>
      )}
      {addedRows > 0 && (
        <Notice>
          <p className="font-medium">{t('dataSets.addedRows', { count: addedRows })}</p>
          <p className="text-muted">{t('dataSets.addedRowsHint')}</p>
        </Notice>
      )}
    </>
  );
}

/** Without rows: the place for a file, and what was wrong with the last one. */
function Empty({ dataSet }: { dataSet: DataSet }) {
  const { can } = useMe();
  return (
    <>
      {can('project:write') && !isActive(dataSet.latestImport) && (
        <ImportForm projectId={dataSet.projectId} dataSet={dataSet} />
      )}
      <UrlSourcesCard dataSet={dataSet} />
      {dataSet.latestImport && <ImportsTab dataSet={dataSet} isReadOnly />}
      <SettingsTab dataSet={dataSet} />
    </>
  );
}

function Content({ dataSet }: { dataSet: DataSet }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const { tab = 'rows' } = useSearch({ from: '/app/projects/$projectId/data-sets/$dataSetId' });
  return (
    <>
      <StatisticTiles dataSet={dataSet} />
      <Tabs
        label={t('dataSets.tabs')}
        selected={tab}
        onSelect={(chosen) =>
          void navigate({
            from: '/projects/$projectId/data-sets/$dataSetId',
            search: chosen === 'rows' ? {} : { tab: chosen },
            replace: true,
          })
        }
        tabs={[
          { key: 'rows', label: t('rows.title'), content: <RowsTab dataSet={dataSet} /> },
          { key: 'quality', label: t('quality.title'), content: <QualityTab dataSet={dataSet} /> },
          { key: 'imports', label: t('import.history'), content: <ImportsTab dataSet={dataSet} /> },
          { key: 'settings', label: t('dataSets.settings'), content: <SettingsTab dataSet={dataSet} /> },
        ]}
      />
    </>
  );
}
