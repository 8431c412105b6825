import { useInfiniteQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { Download, RefreshCw, ScrollText } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button, buttonClass } from '../../ui/button';
import { Card } from '../../ui/card';
import { classNames } from '../../ui/class-names';
import { EmptyState } from '../../ui/empty-state';
import { MoreButton } from '../../ui/more-button';
import { PageHeader } from '../../ui/page-header';
import { QueryView } from '../../ui/query-view';
import { useDirectory } from '../projects/use-directory';
import { FilterChips } from './filter-chips';
import { HistogramCard } from './histogram-card';
import { RequestLogDrawer } from './request-log-drawer';
import { RequestLogTable } from './request-log-table';
import { csvUrl, readSearch, type RequestLogFilter, requestLogQuery } from './request-log.queries';

/** Calls with API keys. Filters and the open call are in the address, so that what was found can be shared as a link. */
export function RequestLogPage() {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const { call, ...filter } = useSearch({ from: '/app/request-log' });
  const [isLive, setIsLive] = useState(false);
  const log = useInfiniteQuery(requestLogQuery(filter, isLive));
  const directory = useDirectory();
  const show = (changed: RequestLogFilter) =>
    void navigate({ to: '/request-log', search: readSearch(changed), resetScroll: false });
  const open = (entryId: string | undefined) =>
    void navigate({ to: '/request-log', search: readSearch({ ...filter, call: entryId }), resetScroll: false });
  const entries = log.data?.pages.flatMap(({ data }) => data) ?? [];
  return (
    <>
      <PageHeader
        title={t('requestLog.title')}
        hint={t('requestLog.hint')}
        actions={
          <>
            <LiveSwitch
              isOn={isLive}
              onChange={(isOn) => {
                setIsLive(isOn);
                // What comes now is after any end.
                if (isOn && filter.to) show({ ...filter, to: '' });
              }}
            />
            <Button isBusy={log.isRefetching && !isLive} disabled={isLive} onClick={() => void log.refetch()}>
              {(!log.isRefetching || isLive) && <RefreshCw aria-hidden />}
              {t('ui.refresh')}
            </Button>
            <a href={csvUrl(filter)} download className={buttonClass()}>
              <Download aria-hidden />
              {t('requestLog.download')}
            </a>
          </>
        }
      />
      <div className="space-y-4">
        <FilterChips
          filter={filter}
          directory={directory}
          errorCodes={[...new Set(entries.flatMap(({ errorCode }) => errorCode ?? []))].toSorted()}
          onChange={show}
        />
        <HistogramCard
          filter={filter}
          isLive={isLive}
          onRange={(from, to) => {
            setIsLive(false);
            show({ ...filter, from, to });
          }}
        />
        <QueryView query={log}>
          {() => (
            <Card isFlush>
              {entries.length === 0 ? (
                <EmptyState icon={ScrollText} title={t('requestLog.emptyTitle')}>
                  {t('requestLog.emptyText')}
                </EmptyState>
              ) : (
                <RequestLogTable entries={entries} directory={directory} onOpen={({ id }) => open(id)} />
              )}
              <MoreButton query={log} />
            </Card>
          )}
        </QueryView>
      </div>
      {call && <RequestLogDrawer entryId={call} directory={directory} onClose={() => open(undefined)} />}
    </>
  );
}

/** Follows the calls as they come. */
function LiveSwitch({ isOn, onChange }: { isOn: boolean; onChange: (isOn: boolean) => void }) {
  const { t } = useTranslation();
  return (
    <Button
      role="switch"
      aria-checked={isOn}
      onClick={() => onChange(!isOn)}
      className={isOn ? 'text-accent' : undefined}
    >
      <span
        aria-hidden
        className={classNames('size-2 rounded-full', isOn ? 'animate-pulse bg-accent' : 'bg-line-strong')}
      />
      {t('requestLog.live')}
    </Button>
  );
}
