import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import {
  impersonationsListOf,
  type OrganizationAccount,
  type Pause,
  unwrap,
  type UpcomingInvoice,
} from '../../api/client';
import { ImpersonationsTable } from '../../dashboard/audit/impersonations-table';
import { InvoicesCard } from '../../dashboard/billing/invoices-card';
import { usePauseText } from '../../dashboard/billing/pause-plan';
import { UpcomingInvoiceCard } from '../../dashboard/billing/upcoming-invoice-card';
import { useFormat } from '../../i18n/use-format';
import { Card } from '../../ui/card';
import { FactList } from '../../ui/fact-list';
import { Notice } from '../../ui/notice';
import { PageHeader } from '../../ui/page-header';
import { QueryView } from '../../ui/query-view';
import { TextLink } from '../../ui/text-link';
import { JobsTable } from '../training-jobs/jobs-table';
import { jobsQuery } from '../training-jobs/jobs.queries';
import { AccountActions } from './account-actions';
import { KeysCard, MembersCard, ProjectsCard } from './account-cards';
import { AccountLimitsCard } from './account-limits-card';
import { AccountMarginsCard } from './account-margins-card';
import { OrganizationCreditsCard } from './organization-credits-card';
import { accountQuery } from './organizations.queries';
import { PlanBadges } from './plan-badges';
import { PlanOverridesCard } from './plan-overrides-card';
import { SignUpCard } from './sign-up-card';

/** One organization, as the operator sees it. */
export function AccountPage() {
  const { organizationId } = useParams({ from: '/app/admin/organizations/$organizationId' });
  const account = useQuery(accountQuery(organizationId));
  return (
    <QueryView query={account} isPage>
      {(found) => <Account account={found} />}
    </QueryView>
  );
}

function Account({ account }: { account: OrganizationAccount }) {
  const { t } = useTranslation();
  const format = useFormat();
  const { id, name, createdAt, deletesAt, suspension, members, projects, apiKeys, upcomingInvoice } = account;
  const { plan, status, currency, total, periodStart, periodEnd } = upcomingInvoice;
  return (
    <>
      <PageHeader
        title={name}
        hint={<code className="text-xs break-all">{id}</code>}
        actions={<AccountActions account={account} />}
      />
      <div className="space-y-5">
        {suspension && (
          <Notice tone="danger">
            <p className="font-medium">{t('suspension.since', { date: format.dateTime(suspension.suspendedAt) })}</p>
            <p>{suspension.reason}</p>
          </Notice>
        )}
        {deletesAt && (
          <Notice tone="warning">{t('organization.deleting', { name, date: format.dateTime(deletesAt) })}</Notice>
        )}
        {upcomingInvoice.pause && <PausedNotice upcoming={upcomingInvoice} pause={upcomingInvoice.pause} />}
        <Card>
          <FactList
            facts={[
              { name: t('organizations.upcomingTotal'), value: format.money(total, currency) },
              { name: t('billing.plan'), value: <PlanBadges plan={plan.name} status={status} /> },
              { name: t('billing.period'), value: `${format.date(periodStart)} – ${format.date(periodEnd)}` },
              { name: t('ui.created'), value: format.date(createdAt) },
            ]}
          />
        </Card>
        <SignUpCard organizationId={id} />
        <UpcomingInvoiceCard upcoming={upcomingInvoice} />
        <OrganizationCreditsCard organizationId={id} />
        <InvoicesCard organizationId={id} />
        <JobsCard organizationId={id} />
        <div className="grid items-start gap-5 lg:grid-cols-2">
          <MembersCard members={members} />
          <ProjectsCard projects={projects} />
        </div>
        <KeysCard apiKeys={apiKeys} projects={projects} />
        <AccountLimitsCard account={account} />
        <PlanOverridesCard account={account} />
        <AccountMarginsCard organizationId={account.id} />
        <ImpersonationsOfCard organizationId={id} />
      </div>
    </>
  );
}

function PausedNotice(props: { upcoming: UpcomingInvoice; pause: Pause }) {
  return <Notice tone="warning">{usePauseText(props.upcoming, props.pause)}</Notice>;
}

/** When operators acted in it, as its owners see it. */
function ImpersonationsOfCard({ organizationId }: { organizationId: string }) {
  const { t } = useTranslation();
  const { data: found } = useQuery({
    queryKey: ['admin', 'organization', organizationId, 'impersonations'],
    queryFn: () => unwrap(impersonationsListOf({ path: { organizationId }, query: { limit: 10 } })),
  });
  if (!found || found.data.length === 0) return null;
  return (
    <Card title={t('impersonation.listTitle')} isFlush>
      <ImpersonationsTable impersonations={found.data} />
    </Card>
  );
}

const JOBS_SHOWN = 5;

function JobsCard({ organizationId }: { organizationId: string }) {
  const { t } = useTranslation();
  const jobs = useInfiniteQuery(jobsQuery({ organizationId }));
  return (
    <Card
      title={t('trainingJobs.title')}
      isFlush
      actions={
        <TextLink to="/admin/training-jobs" search={{ organizationId }}>
          {t('operator.jobs.all')}
        </TextLink>
      }
    >
      <QueryView query={jobs}>
        {({ pages }) => <JobsTable jobs={pages[0]!.data.slice(0, JOBS_SHOWN)} isOfOne />}
      </QueryView>
    </Card>
  );
}
