import { Link, useParams } from '@tanstack/react-router';
import {
  Activity,
  Bell,
  BookOpen,
  Boxes,
  Building2,
  ChartColumn,
  CircleAlert,
  Cpu,
  CreditCard,
  Gauge,
  HandCoins,
  KeyRound,
  LayoutDashboard,
  type LucideIcon,
  Megaphone,
  MessageSquare,
  Rocket,
  Scale,
  ScrollText,
  Server,
  Settings,
  Table2,
  Tags,
  TrendingUp,
  Users,
} from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { useMe } from '../dashboard/auth/auth.queries';

/** What may be read of an organization that is suspended. */
export const OPEN_IN_SUSPENSION = ['/billing', '/organization'];

/** Pages of a project, of the organization, and of the operator; each is also found by the command palette. */
export function useNavigation() {
  const { t } = useTranslation();
  const { me, can } = useMe();
  const { projectId } = useParams({ strict: false });
  const project =
    projectId && can('project:read')
      ? ([
          { to: '/projects/$projectId', name: t('projects.overview'), icon: LayoutDashboard, isExact: true },
          { to: '/projects/$projectId/data-sets', name: t('dataSets.title'), icon: Table2 },
          { to: '/projects/$projectId/models', name: t('models.title'), icon: Boxes },
          { to: '/projects/$projectId/deployments', name: t('deployments.title'), icon: Rocket },
          { to: '/projects/$projectId/api-keys', name: t('apiKeys.title'), icon: KeyRound },
          { to: '/projects/$projectId/end-users', name: t('endUsers.title'), icon: Users },
          { to: '/projects/$projectId/settings', name: t('projectSettings.title'), icon: Settings },
        ] as const)
      : [];
  const organization = (
    [
      { to: '/usage', name: t('usage.title'), icon: ChartColumn, needs: 'usage:read' },
      { to: '/limits', name: t('limits.title'), icon: Gauge, needs: 'usage:read' },
      { to: '/request-log', name: t('requestLog.title'), icon: ScrollText, needs: 'usage:read' },
      { to: '/webhooks', name: t('webhooks.title'), icon: Bell, needs: 'project:read' },
      { to: '/billing', name: t('billing.title'), icon: CreditCard, needs: 'billing:read' },
      { to: '/organization', name: t('organization.title'), icon: Building2, needs: 'organization:read' },
    ] as const
  ).filter(({ to, needs }) => can(needs) && (!me.suspension || OPEN_IN_SUSPENSION.includes(to)));
  const operator = can('operator')
    ? ([
        { to: '/admin/organizations', name: t('organizations.title'), icon: Building2 },
        { to: '/admin/revenue', name: t('operator.revenue.title'), icon: TrendingUp },
        { to: '/admin/pricing', name: t('operator.pricing.title'), icon: Tags },
        { to: '/admin/reconciliation', name: t('operator.reconciliation.title'), icon: Scale },
        { to: '/admin/overdue', name: t('operator.overdue.title'), icon: CircleAlert },
        { to: '/admin/credit-notes', name: t('creditNotes.title'), icon: HandCoins },
        { to: '/admin/training-jobs', name: t('operator.jobs.title'), icon: Cpu },
        { to: '/admin/workers', name: t('operator.workers.title'), icon: Server },
        { to: '/admin/webhooks', name: t('operator.webhooks.title'), icon: Bell },
        { to: '/admin/stripe', name: t('operator.stripe.title'), icon: CreditCard },
        { to: '/admin/support-messages', name: t('operator.messages.title'), icon: MessageSquare },
        { to: '/admin/announcements', name: t('announcements.title'), icon: Megaphone },
      ] as const)
    : [];
  return { project, organization, operator };
}

const ITEM =
  'flex min-h-9 items-center gap-2.5 rounded-md px-2.5 font-medium text-muted hover:bg-sunken hover:text-ink aria-[current=page]:bg-accent-soft aria-[current=page]:text-accent [&_svg]:size-4 [&_svg]:shrink-0';

interface NavigationProps {
  /** The operator's pages in place of an organization's. */
  isOperator: boolean;
}

/** The links of the sidebar, and of the drawer that stands for it on a narrow screen. */
export function Navigation({ isOperator }: NavigationProps) {
  const { t } = useTranslation();
  const { project, organization, operator } = useNavigation();
  if (isOperator)
    return (
      <>
        <Section label={t('shell.operator')}>
          {operator.map(({ name, ...page }) => (
            <PageLink key={page.to} {...page}>
              {name}
            </PageLink>
          ))}
        </Section>
      </>
    );
  return (
    <>
      {project.length > 0 && (
        <Section label={t('projects.navigation')}>
          {project.map(({ name, ...page }) => (
            <PageLink key={page.to} {...page}>
              {name}
            </PageLink>
          ))}
        </Section>
      )}
      {organization.length > 0 && (
        <Section label={t('shell.organization')}>
          {organization.map(({ name, ...page }) => (
            <PageLink key={page.to} {...page}>
              {name}
            </PageLink>
          ))}
        </Section>
      )}
      <Section label={t('shell.more')}>
        <a href="/docs" className={ITEM}>
          <BookOpen aria-hidden />
          {t('shell.docs')}
        </a>
        <PageLink to="/status" icon={Activity}>
          {t('shell.status')}
        </PageLink>
      </Section>
    </>
  );
}

function Section({ label, children }: { label: string; children: React.ReactNode }) {
  return (
    <nav aria-label={label} className="grid gap-0.5">
      <p aria-hidden className="px-2.5 pt-1 pb-0.5 text-xs font-medium text-muted">
        {label}
      </p>
      {children}
    </nav>
  );
}

interface PageLinkProps {
  to: React.ComponentProps<typeof Link>['to'];
  icon: LucideIcon;
  /** Not marked on the pages below it. */
  isExact?: boolean;
  children: string;
}

function PageLink({ to, icon: Icon, isExact = false, children }: PageLinkProps) {
  return (
    <Link to={to} params activeOptions={{ exact: isExact }} className={ITEM}>
      <Icon aria-hidden />
      {children}
    </Link>
  );
}
