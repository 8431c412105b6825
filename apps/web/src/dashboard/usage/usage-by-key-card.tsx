import { useQueries, useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { ApiKey } from '../../api/client';
import { Card } from '../../ui/card';
import { QueryView } from '../../ui/query-view';
import { Cell, HeaderCell, Table } from '../../ui/table';
import { apiKeysQuery } from '../api-keys/api-keys.queries';
import { useMe } from '../auth/auth.queries';
import { projectsQuery } from '../projects/projects.queries';
import { MeterHeaders, MeterQuantities } from './meter-columns';
import { type RangeDays, usageQuery } from './usage.queries';

export function UsageByKeyCard({ days }: { days: RangeDays }) {
  const { t } = useTranslation();
  const usage = useQuery(usageQuery(days, 'apiKey,meter'));
  const describe = useApiKeys();
  return (
    <QueryView query={usage}>
      {({ rows }) => {
        const keyIds = [...new Set(rows.map(({ apiKeyId }) => apiKeyId ?? null))];
        const quantityOf = (keyId: string | null, meter: string) =>
          rows.find((row) => (row.apiKeyId ?? null) === keyId && row.meter === meter)?.quantity ?? '0';
        return (
          <Card title={t('usage.byKey')} isFlush>
            {keyIds.length === 0 ? (
              <p className="px-5 py-8 text-center text-muted">{t('usage.none')}</p>
            ) : (
              <Table label={t('usage.byKey')}>
                <thead>
                  <tr>
                    <HeaderCell>{t('usage.key')}</HeaderCell>
                    <HeaderCell>{t('usage.project')}</HeaderCell>
                    <MeterHeaders />
                  </tr>
                </thead>
                <tbody>
                  {keyIds.map((keyId) => {
                    const { apiKey, project } = describe(keyId);
                    return (
                      <tr key={keyId}>
                        <Cell>
                          {keyId === null ? t('usage.noKey') : (apiKey?.name ?? keyId)}
                          {apiKey && <span className="ml-2 font-mono text-xs text-muted">{apiKey.prefix}…</span>}
                        </Cell>
                        <Cell>{project ?? '—'}</Cell>
                        <MeterQuantities quantityOf={(meter) => quantityOf(keyId, meter)} />
                      </tr>
                    );
                  })}
                </tbody>
              </Table>
            )}
          </Card>
        );
      }}
    </QueryView>
  );
}

/** Finds a key among those of every project; usage knows keys by id alone. */
function useApiKeys(): (keyId: string | null) => { apiKey?: ApiKey; project?: string } {
  const { can } = useMe();
  const { data: projects = [] } = useQuery({ ...projectsQuery, enabled: can('project:read') });
  const apiKeys = useQueries({
    queries: projects.map(({ id }) => apiKeysQuery(id)),
    combine: (results) => results.flatMap(({ data = [] }) => data),
  });
  return (keyId) => {
    const apiKey = apiKeys.find(({ id }) => id === keyId);
    return { apiKey, project: projects.find(({ id }) => id === apiKey?.projectId)?.name };
  };
}
