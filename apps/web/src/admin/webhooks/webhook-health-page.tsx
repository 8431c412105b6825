import { infiniteQueryOptions, queryOptions, useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { Send } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import {
  type TroubledWebhookEndpoint,
  unwrap,
  type WebhookHealth,
  webhookHealthGet,
  webhookHealthList,
} from '../../api/client';
import { useFormat } from '../../i18n/use-format';
import { Badge } from '../../ui/badge';
import { Card } from '../../ui/card';
import { type DataColumn, DataTable } from '../../ui/data-table';
import { EmptyState } from '../../ui/empty-state';
import { FactList } from '../../ui/fact-list';
import { MoreButton } from '../../ui/more-button';
import { PageHeader } from '../../ui/page-header';
import { QueryView, Together } from '../../ui/query-view';
import { RelativeTime } from '../../ui/relative-time';
import { Select } from '../../ui/select';
import { useOrganizationColumn } from '../organization-column';

const POLL_MS = 10_000;

type State = TroubledWebhookEndpoint['state'];

const STATES: State[] = ['failing', 'disabled'];

const healthQuery = queryOptions({
  queryKey: ['admin', 'webhook-health'],
  queryFn: () => unwrap(webhookHealthGet()),
  refetchInterval: POLL_MS,
});

const endpointsQuery = (state: State | undefined) =>
  infiniteQueryOptions({
    queryKey: ['admin', 'webhook-endpoints', state],
    queryFn: ({ pageParam: cursor }) => unwrap(webhookHealthList({ query: { state, cursor } })),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ nextCursor }) => nextCursor ?? undefined,
  });

/** Whether customers hear of their events. */
export function WebhookHealthPage() {
  const { t } = useTranslation();
  const health = useQuery(healthQuery);
  const endpoints = useInfiniteQuery(endpointsQuery(undefined));
  return (
    <>
      <PageHeader title={t('operator.webhooks.title')} hint={t('operator.webhooks.hint')} />
      <Together queries={[health, endpoints]}>
        <div className="space-y-5">
          <QueryView query={health}>{(found) => <HealthCard health={found} />}</QueryView>
          <EndpointsCard />
        </div>
      </Together>
    </>
  );
}

function HealthCard({ health }: { health: WebhookHealth }) {
  const { t } = useTranslation();
  const format = useFormat();
  const { waiting, oldestWaitingAt, lastDay, failingEndpoints, disabledEndpoints } = health;
  const { deliveredShare } = lastDay;
  return (
    <Card title={t('operator.webhooks.health')}>
      <FactList
        facts={[
          {
            name: t('operator.webhooks.share'),
            // Rounded down: 100 % is said of nothing of which a part failed.
            value:
              deliveredShare === null
                ? t('operator.webhooks.noShare')
                : format.percent(Math.floor(deliveredShare * 100) / 100),
          },
          { name: t('operator.webhooks.failed'), value: format.number(lastDay.failed) },
          { name: t('operator.webhooks.waiting'), value: format.number(waiting) },
          {
            name: t('operator.webhooks.oldest'),
            value: oldestWaitingAt ? <RelativeTime time={oldestWaitingAt} /> : '—',
          },
          { name: t('operator.webhooks.failing'), value: format.number(failingEndpoints) },
          { name: t('operator.webhooks.disabled'), value: format.number(disabledEndpoints) },
        ]}
      />
    </Card>
  );
}

function EndpointsCard() {
  const { t } = useTranslation();
  const columns = useColumns();
  const [state, setState] = useState<State>();
  const endpoints = useInfiniteQuery(endpointsQuery(state));
  return (
    <Card
      title={t('operator.webhooks.troubled')}
      hint={t('operator.webhooks.troubledHint')}
      isFlush
      actions={
        <Select
          aria-label={t('operator.webhooks.state')}
          value={state ?? ''}
          onChange={(event) => setState((event.target.value || undefined) as State | undefined)}
        >
          <option value="">{t('operator.webhooks.anyState')}</option>
          {STATES.map((each) => (
            <option key={each} value={each}>
              {t(`webhooks.states.${each}`)}
            </option>
          ))}
        </Select>
      }
    >
      <QueryView query={endpoints}>
        {({ pages }) => {
          const rows = pages.flatMap(({ data }) => data);
          if (rows.length === 0) {
            return (
              <EmptyState icon={Send} title={t('operator.webhooks.none')}>
                {t('operator.webhooks.noneText')}
              </EmptyState>
            );
          }
          return (
            <>
              <DataTable label={t('operator.webhooks.troubled')} columns={columns} rows={rows} keyOf={({ id }) => id} />
              <MoreButton query={endpoints} />
            </>
          );
        }}
      </QueryView>
    </Card>
  );
}

function useColumns(): DataColumn<TroubledWebhookEndpoint>[] {
  const { t } = useTranslation();
  const format = useFormat();
  const organization = useOrganizationColumn();
  return [
    {
      key: 'endpoint',
      name: t('operator.webhooks.endpoint'),
      isPinned: true,
      cell: ({ origin }) => <span className="font-medium break-all">{origin}</span>,
    },
    organization,
    {
      key: 'state',
      name: t('operator.webhooks.state'),
      cell: ({ state, disabledReason }) => (
        <>
          <Badge tone={state === 'failing' ? 'warning' : 'neutral'}>{t(`webhooks.states.${state}`)}</Badge>
          {disabledReason && <p className="mt-0.5 text-xs text-muted">{disabledReason}</p>}
        </>
      ),
    },
    {
      key: 'since',
      name: t('operator.webhooks.since'),
      cell: ({ disabledAt, failingSince }) => <RelativeTime time={(disabledAt ?? failingSince)!} />,
    },
    {
      key: 'waiting',
      name: t('operator.webhooks.waiting'),
      isNumber: true,
      cell: ({ waiting }) => format.number(waiting),
    },
    {
      key: 'oldest',
      name: t('operator.webhooks.oldest'),
      cell: ({ oldestWaitingAt }) => (oldestWaitingAt ? <RelativeTime time={oldestWaitingAt} /> : '—'),
    },
  ];
}
