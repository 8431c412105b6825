import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Usage } from '../../api/client';
import { QueryView } from '../../ui/query-view';
import { nameOf, useDirectory } from '../projects/use-directory';
import { sumDecimals } from './sum-decimals';
import { UsageTableCard } from './usage-table-card';
import { usageQuery, type UsageView } from './usage.queries';

type Group = 'apiKey' | 'project' | 'deployment';

const ID_OF: Record<Group, (row: Usage['rows'][number]) => string | null | undefined> = {
  apiKey: ({ apiKeyId }) => apiKeyId,
  project: ({ projectId }) => projectId,
  deployment: ({ deploymentId }) => deploymentId,
};
/** The row of usage that has no key, project or deployment, such as training. */
const NONE = '';

interface UsageByCardProps {
  group: Group;
  view: UsageView;
  meters: string[];
}

/** Usage of each key, project or deployment, by name. */
export function UsageByCard({ group, view, meters }: UsageByCardProps) {
  const { t } = useTranslation();
  const usage = useQuery(usageQuery(view, group));
  const describe = useNames();
  const headings: Record<Group, string[]> = {
    apiKey: [t('usage.key'), t('usage.project')],
    project: [t('usage.project')],
    deployment: [t('usage.deployment'), t('usage.project')],
  };
  return (
    <QueryView query={usage}>
      {({ rows }) => (
        <UsageTableCard
          title={t(`usage.by.${group}`)}
          headings={headings[group]}
          meters={meters}
          rows={[...Map.groupBy(rows, (row) => ID_OF[group](row) ?? NONE)].map(([id, ofId]) => ({
            id,
            names: id === NONE ? [t(`usage.without.${group}`), '—'] : describe[group](id),
            quantityOf: (meter) =>
              sumDecimals(ofId.filter((row) => row.meter === meter).map(({ quantity }) => quantity)),
          }))}
        />
      )}
    </QueryView>
  );
}

/** The API gives only ids of keys, projects and deployments; these are their names. */
function useNames(): Record<Group, (id: string) => ReactNode[]> {
  const { projects, apiKeys, deployments } = useDirectory();
  const projectOf = (thing: { projectId: string } | undefined) => (thing ? nameOf(projects, thing.projectId) : '—');
  return {
    apiKey: (id) => {
      const apiKey = apiKeys.find((each) => each.id === id);
      const prefix = apiKey && <span className="ml-2 font-mono text-xs text-muted">{apiKey.prefix}…</span>;
      return [
        <span key={id}>
          {apiKey?.name ?? id}
          {prefix}
        </span>,
        projectOf(apiKey),
      ];
    },
    project: (id) => [nameOf(projects, id)],
    deployment: (id) => [nameOf(deployments, id), projectOf(deployments.find((each) => each.id === id))],
  };
}
