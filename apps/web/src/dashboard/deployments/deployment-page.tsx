import { useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../../i18n/use-format';
import { PageHeader } from '../../ui/page-header';
import { QueryView } from '../../ui/query-view';
import { Tabs } from '../../ui/tabs';
import { deploymentQuery } from './deployments.queries';
import { LiveVersionCard } from './live-version-card';
import { Playground } from './playground';
import type { RecommendInput } from './snippets';
import { SnippetTabs } from './snippet-tabs';

export function DeploymentPage() {
  const { t } = useTranslation();
  const format = useFormat();
  const { projectId, deploymentId } = useParams({ from: '/app/projects/$projectId/deployments/$deploymentId' });
  const deployment = useQuery(deploymentQuery(projectId, deploymentId));
  // Of both tabs, so that the code asks what the playground asked.
  const [input, setInput] = useState<RecommendInput>({ userId: '', limit: 10, excludeSeen: true });
  return (
    <QueryView query={deployment} isPage>
      {(found) => (
        <>
          <PageHeader
            title={found.name}
            hint={t('deployments.changedAt', { date: format.dateTime(found.updatedAt) })}
          />
          <div className="space-y-6">
            <LiveVersionCard deployment={found} />
            <Tabs
              label={t('playground.tabs')}
              tabs={[
                {
                  key: 'playground',
                  label: t('playground.title'),
                  content: <Playground deploymentId={deploymentId} input={input} onInput={setInput} />,
                },
                {
                  key: 'api',
                  label: t('playground.api'),
                  content: <SnippetTabs deploymentId={deploymentId} input={input} />,
                },
              ]}
            />
          </div>
        </>
      )}
    </QueryView>
  );
}
