import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { ModelVersion } from '../../api/client';
import { useTerms } from '../../i18n/use-terms';
import { Card } from '../../ui/card';
import { DetailRow } from '../../ui/details';
import { dataSetsQuery } from '../data-sets/data-sets.queries';

/** Which rows a version was trained on, and what came of it, by digests that tell whether two are the same. */
export function OriginCard({ projectId, version }: { projectId: string; version: ModelVersion }) {
  const { t } = useTranslation();
  const terms = useTerms();
  const { data: dataSets } = useQuery(dataSetsQuery(projectId));
  const nameOf = (id: string | null) => dataSets?.find((dataSet) => dataSet.id === id)?.name;
  return (
    <Card title={t('versions.origin')} hint={t('versions.originHint')}>
      <dl className="grid gap-x-6 gap-y-2 text-xs sm:grid-cols-[auto_1fr]">
        {version.snapshots.map(({ role, dataSetId, importId, sha256 }) => (
          <DetailRow
            key={`${role} ${importId}`}
            name={[terms.name('kinds', role), nameOf(dataSetId)].filter(Boolean).join(': ')}
          >
            <code>{sha256 ?? '—'}</code>
          </DetailRow>
        ))}
        <DetailRow name={t('versions.artifact')}>
          <code>{version.artifactSha256}</code>
        </DetailRow>
      </dl>
    </Card>
  );
}
