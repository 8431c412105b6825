import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { ModelVersion } from '../../api/client';
import type { ReportProps, TaskScreens } from '../../tasks/task';
import { findReport } from '../../tasks/tasks';
import { Card } from '../../ui/card';
import { CodeBlock } from '../../ui/code-block';
import { useFamily } from './families.queries';
import { LeaderboardCard, type Search } from './leaderboard-card';
import { reportQuery } from './models.queries';

interface ReportCardsProps {
  projectId: string;
  version: ModelVersion;
}

/** What there is to tell of a version besides its metrics: what its task draws, and how the recipe was chosen. */
export function ReportCards({ projectId, version }: ReportCardsProps) {
  const { data } = useQuery(reportQuery(projectId, version));
  const family = useFamily(version.family);
  if (!data || !family) return null;
  const { search, ...report } = data;
  return (
    <>
      {Object.keys(report).length > 0 && (
        // What is chosen on one version's report must not stay chosen on the next.
        <TaskReport
          key={version.id}
          Report={findReport(family.task) ?? PlainReport}
          report={report}
          projectId={projectId}
          version={version}
        />
      )}
      {search !== undefined && <LeaderboardCard search={search as Search} family={version.family} />}
    </>
  );
}

function TaskReport({ Report, ...props }: ReportProps & { Report: NonNullable<TaskScreens['Report']> }) {
  return <Report {...props} />;
}

function PlainReport({ report }: { report: unknown }) {
  const { t } = useTranslation();
  return (
    <Card title={t('report.title')}>
      <CodeBlock label={t('report.title')} code={JSON.stringify(report, null, 2)} testId="report" />
    </Card>
  );
}
