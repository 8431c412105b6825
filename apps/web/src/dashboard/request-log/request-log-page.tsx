import { useInfiniteQuery } from '@tanstack/react-query';
import { useSearch } from '@tanstack/react-router';
import { Download, RefreshCw, ScrollText } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { ProblemError } from '../../api/problem';
import { Button, buttonClass } from '../../ui/button';
import { Card } from '../../ui/card';
import { EmptyState } from '../../ui/empty-state';
import { MoreButton } from '../../ui/more-button';
import { PageHeader } from '../../ui/page-header';
import { QueryView } from '../../ui/query-view';
import { useDirectory } from '../projects/use-directory';
import { RequestLogFilters } from './request-log-filters';
import { RequestLogTable } from './request-log-table';
import { csvUrl, requestLogQuery } from './request-log.queries';

export function RequestLogPage() {
  const { t } = useTranslation();
  const filter = useSearch({ from: '/app/request-log' });
  const log = useInfiniteQuery(requestLogQuery(filter));
  const directory = useDirectory();
  // Shown next to the fields that it concerns instead.
  const isWrongFilter = log.error instanceof ProblemError && log.error.errors.length > 0;
  return (
    <>
      <PageHeader
        title={t('requestLog.title')}
        hint={t('requestLog.hint')}
        actions={
          <>
            <Button isBusy={log.isRefetching} onClick={() => void log.refetch()}>
              {!log.isRefetching && <RefreshCw aria-hidden />}
              {t('ui.refresh')}
            </Button>
            <a href={csvUrl(filter)} download className={buttonClass()}>
              <Download aria-hidden />
              {t('requestLog.download')}
            </a>
          </>
        }
      />
      <div className="space-y-5">
        <RequestLogFilters
          filter={filter}
          directory={directory}
          error={isWrongFilter ? log.error : undefined}
          isBusy={log.isLoading}
        />
        {!isWrongFilter && (
          <QueryView query={log}>
            {({ pages }) => {
              const entries = pages.flatMap(({ data }) => data);
              return (
                <Card isFlush>
                  {entries.length === 0 ? (
                    <EmptyState icon={ScrollText} title={t('requestLog.emptyTitle')}>
                      {t('requestLog.emptyText')}
                    </EmptyState>
                  ) : (
                    <RequestLogTable entries={entries} directory={directory} />
                  )}
                  <MoreButton query={log} />
                </Card>
              );
            }}
          </QueryView>
        )}
      </div>
    </>
  );
}
