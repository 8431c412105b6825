import { useTranslation } from 'react-i18next';
import { Card } from '../../ui/card';
import { Tabs } from '../../ui/tabs';
import type { ReportProps } from '../task';
import { Confidence } from './confidence';
import { ConfusionList } from './confusion-list';
import { LabelsTable } from './labels-table';
import { MoreData } from './more-data';
import type { ClassificationReport } from './report';
import { VerdictNotice } from './verdict';

/** What a version is good for, label by label, how sure its scores are, and what would make it better. */
export function ClassificationReportCards({ report, projectId, version }: ReportProps<ClassificationReport>) {
  const { t } = useTranslation();
  const tabs = [
    { key: 'labels', label: t('tasks.classification.labels'), content: <LabelsTable labels={report.labels} /> },
    {
      key: 'confusions',
      label: t('tasks.classification.confusions'),
      content: <ConfusionList confusions={report.confusions} />,
    },
    {
      key: 'confidence',
      label: t('tasks.classification.confidence'),
      content: <Confidence report={report} projectId={projectId} modelVersionId={version.id} />,
    },
    { key: 'more', label: t('tasks.classification.moreData'), content: <MoreData report={report} /> },
  ];
  return (
    <Card title={t('tasks.classification.reportTitle')}>
      <div className="space-y-4">
        <VerdictNotice result={version.result} severalLabels={report.severalLabels} />
        <Tabs label={t('tasks.classification.reportTitle')} tabs={tabs} />
      </div>
    </Card>
  );
}
