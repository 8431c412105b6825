import { useQuery } from '@tanstack/react-query';
import { ArrowLeftRight, Undo2 } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Deployment, ModelVersion } from '../../api/client';
import { useFormat } from '../../i18n/use-format';
import { findFallbacks } from '../../tasks/tasks';
import { Button } from '../../ui/button';
import { Sparkline } from '../../ui/chart/sparkline';
import { classNames } from '../../ui/class-names';
import { RelativeTime } from '../../ui/relative-time';
import { TextLink } from '../../ui/text-link';
import { useMe } from '../auth/auth.queries';
import { modelQuery, versionsQuery } from '../models/models.queries';
import { useVersionName } from '../models/use-version-name';
import { SwitchVersionDialog } from './switch-version-dialog';
import { callsIn, listBuckets, shareOfModel, trafficQuery } from './traffic.queries';

const MINUTE_SECONDS = 60;

/** What answers now and how it fares, at a glance. */
export function DeploymentStrip({ deployment }: { deployment: Deployment }) {
  return (
    <section
      className={classNames(
        'grid gap-px overflow-hidden rounded-lg border border-line bg-line max-sm:grid-cols-2',
        findFallbacks(deployment.task)
          ? 'sm:grid-cols-4 xl:grid-cols-[minmax(18rem,1.4fr)_repeat(4,1fr)]'
          : 'sm:grid-cols-3 xl:grid-cols-[minmax(18rem,1.4fr)_repeat(3,1fr)]',
      )}
    >
      <LiveVersion deployment={deployment} />
      <Figures deployment={deployment} />
    </section>
  );
}

function LiveVersion({ deployment }: { deployment: Deployment }) {
  const { t } = useTranslation();
  const { can } = useMe();
  const versionName = useVersionName();
  const { projectId, modelId, modelVersionId, previousModelVersionId } = deployment;
  const { data: model } = useQuery(modelQuery(projectId, modelId));
  const { data: versions = [] } = useQuery(versionsQuery(projectId, modelId));
  const [wanted, setWanted] = useState<ModelVersion>();
  const live = versions.find(({ id }) => id === modelVersionId);
  // Of another model, or deleted since, it is not among them.
  const before = versions.find(({ id }) => id === previousModelVersionId);
  return (
    <div data-testid="live-version" className="min-w-0 bg-surface px-4 py-3.5 col-span-full sm:px-5 xl:col-span-1">
      <p className="text-xs text-muted">{t('deployments.live')}</p>
      <p className="min-h-7 text-base font-semibold wrap-anywhere">{versionName(versions, modelVersionId)}</p>
      <p className="flex min-h-6 flex-wrap items-center gap-x-1.5 text-muted">
        <TextLink to="/projects/$projectId/models/$modelId" params={{ projectId, modelId }}>
          {model?.name ?? '…'}
        </TextLink>
        {live && (
          <span>
            {t('versions.trained')} <RelativeTime time={live.createdAt} />
          </span>
        )}
      </p>
      {can('project:write') && live && versions.length > 1 && (
        <div className="mt-2 flex flex-wrap gap-2">
          <Button onClick={() => setWanted(live)}>
            <ArrowLeftRight aria-hidden />
            {t('deployments.switch')}
          </Button>
          {before && (
            <Button onClick={() => setWanted(before)}>
              <Undo2 aria-hidden />
              {t('deployments.rollBack')}
            </Button>
          )}
        </div>
      )}
      {wanted && (
        <SwitchVersionDialog
          deployment={deployment}
          versions={versions}
          wanted={wanted}
          onClose={() => setWanted(undefined)}
        />
      )}
    </div>
  );
}

function Figures({ deployment: { projectId, id: deploymentId, task } }: { deployment: Deployment }) {
  const { t } = useTranslation();
  const format = useFormat();
  const { data: traffic } = useQuery(trafficQuery(projectId, deploymentId, 'day'));
  const buckets = traffic && listBuckets(traffic);
  const newest = buckets?.at(-1);
  const perMinute = newest && traffic && callsIn(newest) / (traffic.bucketSeconds / MINUTE_SECONDS);
  const latency = traffic?.total.latencyMs;
  const calls = traffic ? callsIn(traffic.total) : 0;
  const failed = traffic?.total.byStatus['5xx'] ?? 0;
  const fallsBack = findFallbacks(task) !== undefined;
  const byModel = traffic && shareOfModel(traffic.total);
  const refused = traffic?.total.byStatus['4xx'] ?? 0;
  return (
    <>
      <Figure
        name={t('traffic.perMinute')}
        value={perMinute === undefined ? '—' : format.number(perMinute, { maximumSignificantDigits: 3 })}
        hint={t('traffic.inADay', { count: calls, shown: format.number(calls) })}
        end={buckets && calls > 0 && <Sparkline values={buckets.map(callsIn)} />}
      />
      <Figure
        name={t('traffic.latencyOf')}
        value={latency ? `${format.milliseconds(latency.p50)} / ${format.milliseconds(latency.p95)}` : '—'}
        hint={t('traffic.lastDay')}
      />
      <Figure
        name={t('traffic.errors')}
        value={calls === 0 ? '—' : format.number(failed / calls, { style: 'percent', maximumFractionDigits: 2 })}
        hint={
          <TextLink to="/request-log" search={{ deploymentId, status: '4xx' }}>
            {t('traffic.refused', { count: refused, shown: format.number(refused) })}
          </TextLink>
        }
      />
      {fallsBack && (
        <Figure
          name={t('traffic.byModel')}
          value={byModel === undefined ? '—' : format.share(byModel)}
          hint={t('traffic.lastDay')}
        />
      )}
    </>
  );
}

interface FigureProps {
  name: string;
  value: string;
  hint: ReactNode;
  end?: ReactNode;
}

function Figure({ name, value, hint, end }: FigureProps) {
  return (
    <dl className="min-w-0 bg-surface px-4 py-3.5 max-sm:last:nth-[even]:col-span-2 sm:px-5">
      <dt className="text-xs text-muted">{name}</dt>
      <dd className="flex min-h-7 items-center justify-between gap-3 text-xl font-semibold whitespace-nowrap tabular-nums">
        {value}
        <span className="max-sm:hidden">{end}</span>
      </dd>
      <dd className="flex min-h-6 items-center text-xs text-muted">{hint}</dd>
    </dl>
  );
}
