import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { Button } from '../../ui/button';
import { Card } from '../../ui/card';
import { MoreButton } from '../../ui/more-button';
import { Notice } from '../../ui/notice';
import { PageHeader } from '../../ui/page-header';
import { QueryView } from '../../ui/query-view';
import { Select } from '../../ui/select';
import { accountQuery } from '../organizations/organizations.queries';
import { JobsTable } from './jobs-table';
import { jobsQuery, readJobsFilter, STATUSES } from './jobs.queries';

/** Training jobs of every organization. */
export function JobsPage() {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const filter = useSearch({ from: '/app/admin/training-jobs' });
  const jobs = useInfiniteQuery(jobsQuery(filter));
  const show = (next: Record<string, unknown>) =>
    void navigate({ to: '/admin/training-jobs', search: readJobsFilter(next) });
  return (
    <>
      <PageHeader
        title={t('operator.jobs.title')}
        hint={t('operator.jobs.hint')}
        actions={
          <Select
            aria-label={t('operator.jobs.status')}
            value={filter.status ?? ''}
            onChange={(event) => show({ ...filter, status: event.target.value })}
          >
            <option value="">{t('operator.jobs.anyStatus')}</option>
            {STATUSES.map((status) => (
              <option key={status} value={status}>
                {t(`status.${status}`)}
              </option>
            ))}
          </Select>
        }
      />
      <div className="space-y-5">
        {filter.organizationId && (
          <OnlyNotice
            organizationId={filter.organizationId}
            onShowAll={() => show({ ...filter, organizationId: undefined })}
          />
        )}
        <QueryView query={jobs}>
          {({ pages }) => (
            <Card isFlush>
              <JobsTable jobs={pages.flatMap(({ data }) => data)} isOfOne={Boolean(filter.organizationId)} />
              <MoreButton query={jobs} />
            </Card>
          )}
        </QueryView>
      </div>
    </>
  );
}

function OnlyNotice({ organizationId, onShowAll }: { organizationId: string; onShowAll: () => void }) {
  const { t } = useTranslation();
  const { data: account } = useQuery(accountQuery(organizationId));
  return (
    <Notice>
      <span className="flex flex-wrap items-center justify-between gap-2">
        {t('operator.jobs.only', { organization: account?.name ?? organizationId })}
        <Button onClick={onShowAll}>{t('operator.jobs.showAll')}</Button>
      </span>
    </Notice>
  );
}
