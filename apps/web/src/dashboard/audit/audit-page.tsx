import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { Download, FileClock, ShieldAlert, ShieldCheck } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { AuditEvent } from '../../api/client';
import { useFormat } from '../../i18n/use-format';
import { Badge } from '../../ui/badge';
import { buttonClass } from '../../ui/button';
import { Card } from '../../ui/card';
import { type DataColumn, DataTable } from '../../ui/data-table';
import { EmptyState } from '../../ui/empty-state';
import { MoreButton } from '../../ui/more-button';
import { Notice } from '../../ui/notice';
import { QueryView } from '../../ui/query-view';
import { OrganizationFrame } from '../organization/organization-frame';
import { AuditDrawer } from './audit-drawer';
import { AuditFilters } from './audit-filters';
import {
  auditCsvUrl,
  type AuditFilter,
  auditJsonLinesUrl,
  auditQuery,
  readAuditSearch,
  verificationQuery,
} from './audit.queries';
import { ImpersonationsCard } from './impersonations-card';
import { useAuditWords } from './use-audit-words';

/** Who changed what, when. Filters and the open event are in the address, so that what was found can be shared as a link. */
export function AuditPage() {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const { event, ...filter } = useSearch({ from: '/app/organization/audit' });
  const log = useInfiniteQuery(auditQuery(filter));
  const show = (changed: AuditFilter, open?: string) =>
    void navigate({
      to: '/organization/audit',
      search: readAuditSearch({ ...changed, event: open }),
      resetScroll: false,
    });
  const columns = useColumns();
  return (
    <OrganizationFrame
      title={t('auditLog.title')}
      hint={t('auditLog.hint')}
      actions={
        <>
          <a href={auditCsvUrl(filter)} download className={buttonClass()}>
            <Download aria-hidden />
            {t('auditLog.csv')}
          </a>
          <a href={auditJsonLinesUrl(filter)} download className={buttonClass()}>
            <Download aria-hidden />
            {t('auditLog.jsonLines')}
          </a>
        </>
      }
    >
      <div className="space-y-4">
        <Verified />
        <ImpersonationsCard />
        <AuditFilters filter={filter} isBusy={log.isPlaceholderData} onChange={show} />
        <QueryView query={log}>
          {({ pages }) => {
            const events = pages.flatMap(({ data }) => data);
            return (
              <Card isFlush>
                {events.length === 0 ? (
                  <EmptyState icon={FileClock} title={t('auditLog.emptyTitle')}>
                    {t('auditLog.emptyText')}
                  </EmptyState>
                ) : (
                  <DataTable
                    label={t('auditLog.title')}
                    columns={columns}
                    rows={events}
                    keyOf={({ id }) => id}
                    onOpen={({ id }) => show(filter, id)}
                  />
                )}
                <MoreButton query={log} />
              </Card>
            );
          }}
        </QueryView>
      </div>
      {event && <AuditDrawer eventId={event} onClose={() => show(filter)} />}
    </OrganizationFrame>
  );
}

/** Whether the log is as it was written, which the API computes anew. */
function Verified() {
  const { t } = useTranslation();
  const verification = useQuery(verificationQuery);
  if (!verification.data) return <Badge>{t('auditLog.verifying')}</Badge>;
  const { verifiedTo, events, break: broken } = verification.data;
  if (broken) {
    const reason = t(`auditLog.reasons.${broken.reason}`, { ordinal: broken.ordinal });
    return (
      <Notice tone="danger">
        <p className="flex items-center gap-1.5 font-medium">
          <ShieldAlert aria-hidden className="size-4" />
          {t('auditLog.broken', { ordinal: broken.ordinal })}
        </p>
        <p className="mt-1">{t('auditLog.brokenText', { reason })}</p>
      </Notice>
    );
  }
  return (
    <p className="flex flex-wrap items-center gap-x-2 gap-y-1 text-muted">
      <Badge tone="success">
        <ShieldCheck aria-hidden className="mr-1 size-3.5" />
        {t('auditLog.verified', { ordinal: verifiedTo })}
      </Badge>
      <span>{t('auditLog.verifiedHint', { events })}</span>
      <a href="/docs/guides/audit-log" className="text-accent underline-offset-2 hover:underline">
        {t('auditLog.guide')}
      </a>
    </p>
  );
}

function useColumns(): DataColumn<AuditEvent>[] {
  const { t } = useTranslation();
  const format = useFormat();
  const words = useAuditWords();
  return [
    {
      key: 'when',
      name: t('auditLog.when'),
      cell: ({ id, occurredAt }) => (
        <Link
          to="/organization/audit"
          search={(search) => ({ ...search, event: id })}
          resetScroll={false}
          data-event={id}
          className="inline-flex min-h-6 items-center underline-offset-2 sm:min-w-24 xl:whitespace-nowrap hover:underline"
        >
          {format.timestamp(occurredAt)}
        </Link>
      ),
    },
    { key: 'who', name: t('auditLog.who'), cell: ({ actor }) => <Text>{words.actor(actor)}</Text> },
    { key: 'what', name: t('auditLog.what'), cell: ({ action }) => <Text>{words.action(action)}</Text> },
    { key: 'target', name: t('auditLog.target'), cell: ({ target }) => <Text>{words.target(target)}</Text> },
  ];
}

function Text({ children }: { children: string }) {
  return <p className="wrap-anywhere">{children}</p>;
}
