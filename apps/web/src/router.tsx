import {
  createRootRoute,
  createRoute,
  createRouter,
  notFound,
  Outlet,
  redirect,
  rootRouteId,
  lazyRouteComponent,
} from '@tanstack/react-router';
import { type OrganizationsView, readOrganizationsView } from './admin/organizations/organizations.queries';
import { type OverdueView, readOverdueView } from './admin/overdue/overdue.queries';
import { readStripeView, type StripeView } from './admin/stripe/stripe.queries';
import { type MessagesView, readMessagesView } from './admin/support-messages/messages.queries';
import { type JobsFilter, readJobsFilter } from './admin/training-jobs/jobs.queries';
import { actIn } from './api/client';
import { ProblemError } from './api/problem';
import { createQueryClient } from './api/query-client';
import { type ApiKeysView, readApiKeysView } from './dashboard/api-keys/api-keys.queries';
import { type AuditSearch, readAuditSearch } from './dashboard/audit/audit.queries';
import { meQuery } from './dashboard/auth/auth.queries';
import { type ProviderReturn, readProviderReturn } from './dashboard/auth/identities.queries';
import { type DataSetsView, readDataSetsView } from './dashboard/data-sets/data-sets.queries';
import { type DeploymentsView, readDeploymentsView } from './dashboard/deployments/deployments.queries';
import { type ModelsView, readModelsView } from './dashboard/models/models.queries';
import {
  type InvitationsView,
  type MembersView,
  readInvitationsView,
  readMembersView,
} from './dashboard/organization/members.queries';
import { type ProjectsView, readProjectsView } from './dashboard/projects/projects.queries';
import { readSearch, type RequestLogSearch } from './dashboard/request-log/request-log.queries';
import { readView, type UsageView } from './dashboard/usage/usage.queries';
import { type EndpointsView, readEndpointsView } from './dashboard/webhooks/webhooks.queries';
import { loadOperatorTexts } from './i18n/i18n';
import { ErrorPage, NotFoundPage } from './shell/error-pages';
import './shell/permission';
import { isId } from './shell/search';

export const queryClient = createQueryClient(() => {
  const { pathname, href } = router.state.location;
  if (pathname !== '/login') void router.navigate({ to: '/login', search: { returnTo: href } });
}, leaveOrganization);
actIn(() => queryClient.getQueryData(meQuery.queryKey)?.organization?.id);

let isLeaving = false;

/** A new page, on which nothing is left of the organization; once, however many calls tell. */
function leaveOrganization(): void {
  if (isLeaving) return;
  isLeaving = true;
  window.location.assign('/projects');
}

const rootRoute = createRootRoute({ component: Outlet });

/** `secondFactor` where a provider has shown who they are, and the second factor is to come. */
type LoginSearch = { returnTo?: string; secondFactor?: boolean } & ProviderReturn;

const loginRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/login',
  component: lazyRouteComponent(() => import('./dashboard/auth/login-page'), 'LoginPage'),
  validateSearch: ({ returnTo, secondFactor, ...search }: Record<string, unknown>): LoginSearch => ({
    ...readProviderReturn(search),
    ...(secondFactor === true && { secondFactor }),
    // Only a path of this site: "//" and "/\" would lead a browser to another site.
    ...(typeof returnTo === 'string' && /^\/(?![/\\])/.test(returnTo) && { returnTo }),
  }),
  beforeLoad: async ({ search: { returnTo = '/projects' } }) => {
    if (await isSignedIn()) throw redirect({ href: returnTo, replace: true });
  },
});

const signupRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/signup',
  component: lazyRouteComponent(() => import('./dashboard/auth/signup-page'), 'SignupPage'),
  validateSearch: ({ plan }: Record<string, unknown>): { plan?: string } => readPlan(plan),
  beforeLoad: async ({ search: { plan } }) => {
    if (await isSignedIn()) throw redirect({ href: plan ? `/billing?plan=${plan}` : '/projects', replace: true });
  },
});

/** As keys of plans are. */
const readPlan = (plan: unknown) => (typeof plan === 'string' && /^[a-z0-9_-]{1,60}$/.test(plan) ? { plan } : {});

/** For whoever acts in no organization. */
const organizationsRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/organizations',
  beforeLoad: async ({ location }) => {
    const me = await requireMe(location.href);
    if (me.organization || me.needsSecondFactor || me.permissions.includes('operator'))
      throw redirect({ to: '/projects', replace: true });
  },
  component: lazyRouteComponent(
    () => import('./dashboard/organization/choose-organization-page'),
    'ChooseOrganizationPage',
  ),
});

const invitationRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/invitation',
  component: lazyRouteComponent(() => import('./dashboard/organization/invitation-page'), 'InvitationPage'),
});

const accountLinkRoutes = [
  createRoute({
    getParentRoute: () => rootRoute,
    path: '/forgot-password',
    component: lazyRouteComponent(() => import('./dashboard/auth/forgot-password-page'), 'ForgotPasswordPage'),
  }),
  createRoute({
    getParentRoute: () => rootRoute,
    path: '/reset-password',
    component: lazyRouteComponent(() => import('./dashboard/auth/reset-password-page'), 'ResetPasswordPage'),
  }),
  createRoute({
    getParentRoute: () => rootRoute,
    path: '/verify-email',
    component: lazyRouteComponent(() => import('./dashboard/auth/use-link-pages'), 'VerifyEmailPage'),
  }),
  createRoute({
    getParentRoute: () => rootRoute,
    path: '/change-email',
    component: lazyRouteComponent(() => import('./dashboard/auth/use-link-pages'), 'ChangeEmailPage'),
  }),
] as const;

/** Where the server shows the mails that it does not send; elsewhere there is no such page. */
const mailboxRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/_mailbox',
  component: lazyRouteComponent(() => import('./mailbox/mailbox-page'), 'MailboxPage'),
  validateSearch: ({ mail }: Record<string, unknown>): { mail?: string } => (isId(mail) ? { mail } : {}),
  beforeLoad: () => {
    if (!('mailbox' in document.documentElement.dataset)) throw notFound({ routeId: rootRouteId });
  },
});

/** Who is signed in goes on to their projects. */
const landingRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/',
  component: lazyRouteComponent(() => import('./visitors/landing-page'), 'LandingPage'),
  beforeLoad: async () => {
    if (await isSignedIn()) throw redirect({ to: '/projects', replace: true });
  },
});

const pricingRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/pricing',
  component: lazyRouteComponent(() => import('./visitors/pricing-page'), 'PricingPage'),
});

const legalRoutes = [
  createRoute({
    getParentRoute: () => rootRoute,
    path: '/terms',
    component: lazyRouteComponent(() => import('./visitors/legal-page'), 'TermsPage'),
  }),
  createRoute({
    getParentRoute: () => rootRoute,
    path: '/privacy',
    component: lazyRouteComponent(() => import('./visitors/legal-page'), 'PrivacyPage'),
  }),
  createRoute({
    getParentRoute: () => rootRoute,
    path: '/data-processing',
    component: lazyRouteComponent(() => import('./visitors/legal-page'), 'DataProcessingPage'),
  }),
] as const;

/** The server marks the page of whoever sends no session, who so needs no call to be told apart. */
async function isSignedIn(): Promise<boolean> {
  const isKnown = queryClient.getQueryData(meQuery.queryKey) !== undefined;
  if (!isKnown && 'visitor' in document.documentElement.dataset) return false;
  // Asked anew, as the page still knows whoever has just logged out, or whose session has ended.
  return queryClient.fetchQuery({ ...meQuery, staleTime: 0 }).then(
    () => true,
    () => false,
  );
}

/** Who is signed in; whoever is not logs in first and comes back. */
async function requireMe(returnTo: string) {
  try {
    const me = await queryClient.ensureQueryData(meQuery);
    if (me.permissions.includes('operator')) await loadOperatorTexts();
    return me;
  } catch (error) {
    if (error instanceof ProblemError && error.status === 401) throw redirect({ to: '/login', search: { returnTo } });
    throw error;
  }
}

const statusRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/status',
  component: lazyRouteComponent(() => import('./status/status-page'), 'StatusPage'),
});

/** Everything below needs a session. */
const appRoute = createRoute({
  getParentRoute: () => rootRoute,
  id: 'app',
  component: lazyRouteComponent(() => import('./shell/app-layout'), 'AppLayout'),
  beforeLoad: async ({ location }) => {
    const me = await requireMe(location.href);
    const { pathname } = location;
    const isIn = (...pages: string[]) => pages.some((page) => pathname.startsWith(page));
    if (me.needsSecondFactor) {
      if (!isIn('/account')) throw redirect({ to: '/account/security', replace: true });
    } else if (me.permissions.includes('operator')) {
      if (!isIn('/admin', '/account')) throw redirect({ to: '/admin/organizations', replace: true });
    } else if (!me.organization) {
      if (!isIn('/account')) throw redirect({ to: '/organizations' });
    } else if (me.suspension && !isIn('/organization', '/billing', '/account')) {
      throw redirect({ to: '/organization', replace: true });
    }
  },
});

const projectsRoute = createRoute({
  getParentRoute: () => appRoute,
  path: '/projects',
  component: lazyRouteComponent(() => import('./dashboard/projects/projects-page'), 'ProjectsPage'),
  validateSearch: (search: Record<string, unknown>): ProjectsView => readProjectsView(search),
});

const projectRoute = createRoute({
  getParentRoute: () => appRoute,
  path: '/projects/$projectId',
  staticData: { needs: 'project:read' },
  component: lazyRouteComponent(() => import('./dashboard/projects/project-layout'), 'ProjectLayout'),
});

const projectPages = [
  createRoute({
    getParentRoute: () => projectRoute,
    path: '/settings',
    component: lazyRouteComponent(() => import('./dashboard/projects/project-settings-page'), 'ProjectSettingsPage'),
  }),
  createRoute({
    getParentRoute: () => projectRoute,
    path: '/',
    component: lazyRouteComponent(() => import('./dashboard/projects/project-page'), 'ProjectPage'),
    // A sample that is being made; the address keeps it over a reload.
    validateSearch: ({ sample }: Record<string, unknown>): { sample?: string } =>
      typeof sample === 'string' ? { sample } : {},
  }),
  createRoute({
    getParentRoute: () => projectRoute,
    path: '/data-sets',
    component: lazyRouteComponent(() => import('./dashboard/data-sets/data-sets-page'), 'DataSetsPage'),
    validateSearch: (search: Record<string, unknown>): DataSetsView => readDataSetsView(search),
  }),
  createRoute({
    getParentRoute: () => projectRoute,
    path: '/data-sets/new',
    staticData: { needs: 'project:write' },
    component: lazyRouteComponent(() => import('./dashboard/data-sets/new-data-set-page'), 'NewDataSetPage'),
  }),
  createRoute({
    getParentRoute: () => projectRoute,
    path: '/data-sets/$dataSetId',
    component: lazyRouteComponent(() => import('./dashboard/data-sets/data-set-page'), 'DataSetPage'),
    validateSearch: ({ tab }: Record<string, unknown>): { tab?: string } =>
      tab === 'quality' || tab === 'imports' || tab === 'settings' ? { tab } : {},
  }),
  createRoute({
    getParentRoute: () => projectRoute,
    path: '/data-sets/$dataSetId/label',
    staticData: { needs: 'project:write' },
    component: lazyRouteComponent(() => import('./dashboard/labelling/labelling-page'), 'LabellingPage'),
  }),
  createRoute({
    getParentRoute: () => projectRoute,
    path: '/models',
    component: lazyRouteComponent(() => import('./dashboard/models/models-page'), 'ModelsPage'),
    // `new` opens the form.
    validateSearch: ({ new: isNew, ...search }: Record<string, unknown>): ModelsView & { new?: true } => ({
      ...readModelsView(search),
      ...(isNew === true && { new: isNew }),
    }),
  }),
  createRoute({
    getParentRoute: () => projectRoute,
    path: '/models/$modelId',
    component: lazyRouteComponent(() => import('./dashboard/models/model-page'), 'ModelPage'),
  }),
  createRoute({
    getParentRoute: () => projectRoute,
    path: '/deployments',
    component: lazyRouteComponent(() => import('./dashboard/deployments/deployments-page'), 'DeploymentsPage'),
    validateSearch: (search: Record<string, unknown>): DeploymentsView => readDeploymentsView(search),
  }),
  createRoute({
    getParentRoute: () => projectRoute,
    path: '/deployments/$deploymentId',
    component: lazyRouteComponent(() => import('./dashboard/deployments/deployment-page'), 'DeploymentPage'),
    validateSearch: ({ tab }: Record<string, unknown>): { tab?: string } =>
      tab === 'connect' || tab === 'traffic' ? { tab } : {},
  }),
  createRoute({
    getParentRoute: () => projectRoute,
    path: '/api-keys',
    component: lazyRouteComponent(() => import('./dashboard/api-keys/api-keys-page'), 'ApiKeysPage'),
    validateSearch: (search: Record<string, unknown>): ApiKeysView => readApiKeysView(search),
  }),
  createRoute({
    getParentRoute: () => projectRoute,
    path: '/end-users',
    component: lazyRouteComponent(() => import('./dashboard/end-users/end-users-page'), 'EndUsersPage'),
  }),
] as const;

const usageRoute = createRoute({
  getParentRoute: () => appRoute,
  path: '/usage',
  staticData: { needs: 'usage:read' },
  component: lazyRouteComponent(() => import('./dashboard/usage/usage-page'), 'UsagePage'),
  validateSearch: (search: Record<string, unknown>): Partial<UsageView> => readView(search),
});

const limitsRoute = createRoute({
  getParentRoute: () => appRoute,
  path: '/limits',
  staticData: { needs: 'usage:read' },
  component: lazyRouteComponent(() => import('./dashboard/limits/limits-page'), 'LimitsPage'),
});

const requestLogRoute = createRoute({
  getParentRoute: () => appRoute,
  path: '/request-log',
  staticData: { needs: 'usage:read' },
  component: lazyRouteComponent(() => import('./dashboard/request-log/request-log-page'), 'RequestLogPage'),
  validateSearch: (search: Record<string, unknown>): RequestLogSearch => readSearch(search),
});

const auditRoute = createRoute({
  getParentRoute: () => appRoute,
  path: '/organization/audit',
  staticData: { needs: 'audit:read' },
  component: lazyRouteComponent(() => import('./dashboard/audit/audit-page'), 'AuditPage'),
  validateSearch: (search: Record<string, unknown>): AuditSearch => readAuditSearch(search),
});

const webhooksRoute = createRoute({
  getParentRoute: () => appRoute,
  path: '/webhooks',
  staticData: { needs: 'project:read' },
  component: lazyRouteComponent(() => import('./dashboard/webhooks/webhooks-page'), 'WebhooksPage'),
  validateSearch: (search: Record<string, unknown>): EndpointsView => readEndpointsView(search),
});

const webhookEndpointRoute = createRoute({
  getParentRoute: () => appRoute,
  path: '/webhooks/$endpointId',
  staticData: { needs: 'project:read' },
  component: lazyRouteComponent(() => import('./dashboard/webhooks/webhook-endpoint-page'), 'WebhookEndpointPage'),
});

const billingRoute = createRoute({
  getParentRoute: () => appRoute,
  path: '/billing',
  staticData: { needs: 'billing:read' },
  component: lazyRouteComponent(() => import('./dashboard/billing/billing-page'), 'BillingPage'),
  validateSearch: ({
    checkout,
    plan,
  }: Record<string, unknown>): { checkout?: 'success' | 'cancelled'; plan?: string } => ({
    ...((checkout === 'success' || checkout === 'cancelled') && { checkout }),
    ...readPlan(plan),
  }),
});

const invoiceRoute = createRoute({
  getParentRoute: () => appRoute,
  path: '/billing/invoices/$invoiceId',
  staticData: { needs: 'billing:read' },
  component: lazyRouteComponent(() => import('./dashboard/billing/invoice-page'), 'InvoicePage'),
});

const organizationRoute = createRoute({
  getParentRoute: () => appRoute,
  path: '/organization',
  staticData: { needs: 'organization:read' },
  component: lazyRouteComponent(() => import('./dashboard/organization/organization-page'), 'OrganizationPage'),
});

const membersRoute = createRoute({
  getParentRoute: () => appRoute,
  path: '/organization/members',
  staticData: { needs: 'members:read' },
  component: lazyRouteComponent(() => import('./dashboard/organization/members-page'), 'MembersPage'),
  validateSearch: (search: Record<string, unknown>): MembersView => readMembersView(search),
});

const invitationsRoute = createRoute({
  getParentRoute: () => appRoute,
  path: '/organization/invitations',
  staticData: { needs: 'members:read' },
  component: lazyRouteComponent(() => import('./dashboard/organization/invitations-page'), 'InvitationsPage'),
  validateSearch: (search: Record<string, unknown>): InvitationsView => readInvitationsView(search),
});

const rolesRoute = createRoute({
  getParentRoute: () => appRoute,
  path: '/organization/roles',
  staticData: { needs: 'members:read' },
  component: lazyRouteComponent(() => import('./dashboard/organization/roles-page'), 'RolesPage'),
});

const singleSignOnRoute = createRoute({
  getParentRoute: () => appRoute,
  path: '/organization/single-sign-on',
  staticData: { needs: 'organization:write' },
  component: lazyRouteComponent(() => import('./dashboard/organization/single-sign-on-page'), 'SingleSignOnPage'),
  validateSearch: readProviderReturn,
});

const accountRoute = createRoute({
  getParentRoute: () => appRoute,
  path: '/account',
  component: lazyRouteComponent(() => import('./dashboard/account/account-layout'), 'AccountLayout'),
});

const accountPages = [
  createRoute({
    getParentRoute: () => accountRoute,
    path: '/',
    component: lazyRouteComponent(() => import('./dashboard/account/profile-page'), 'ProfilePage'),
  }),
  createRoute({
    getParentRoute: () => accountRoute,
    path: '/security',
    component: lazyRouteComponent(() => import('./dashboard/account/security-page'), 'SecurityPage'),
    validateSearch: readProviderReturn,
  }),
  createRoute({
    getParentRoute: () => accountRoute,
    path: '/sessions',
    component: lazyRouteComponent(() => import('./dashboard/account/sessions-page'), 'SessionsPage'),
  }),
] as const;

/** To whoever is no operator, their pages are not there. */
const forOperators = {
  beforeLoad: () => {
    if (!queryClient.getQueryData(meQuery.queryKey)?.permissions.includes('operator'))
      throw notFound({ routeId: rootRouteId });
  },
};

const adminPages = [
  createRoute({
    getParentRoute: () => appRoute,
    ...forOperators,
    path: '/admin/organizations',
    component: lazyRouteComponent(() => import('./admin/organizations/organizations-page'), 'OrganizationsPage'),
    validateSearch: (search: Record<string, unknown>): OrganizationsView => readOrganizationsView(search),
  }),
  createRoute({
    getParentRoute: () => appRoute,
    ...forOperators,
    path: '/admin/organizations/$organizationId',
    component: lazyRouteComponent(() => import('./admin/organizations/account-page'), 'AccountPage'),
  }),
  createRoute({
    getParentRoute: () => appRoute,
    ...forOperators,
    path: '/admin/organizations/$organizationId/invoices/$invoiceId',
    component: lazyRouteComponent(
      () => import('./admin/organizations/organization-invoice-page'),
      'OrganizationInvoicePage',
    ),
  }),
  createRoute({
    getParentRoute: () => appRoute,
    ...forOperators,
    path: '/admin/training-jobs',
    component: lazyRouteComponent(() => import('./admin/training-jobs/jobs-page'), 'JobsPage'),
    validateSearch: (search: Record<string, unknown>): JobsFilter => readJobsFilter(search),
  }),
  createRoute({
    getParentRoute: () => appRoute,
    ...forOperators,
    path: '/admin/revenue',
    component: lazyRouteComponent(() => import('./admin/revenue/revenue-page'), 'RevenuePage'),
  }),
  createRoute({
    getParentRoute: () => appRoute,
    ...forOperators,
    path: '/admin/credit-notes',
    component: lazyRouteComponent(() => import('./admin/credit-notes/credit-notes-page'), 'CreditNotesPage'),
  }),
  createRoute({
    getParentRoute: () => appRoute,
    ...forOperators,
    path: '/admin/reconciliation',
    component: lazyRouteComponent(() => import('./admin/reconciliation/reconciliation-page'), 'ReconciliationPage'),
  }),
  createRoute({
    getParentRoute: () => appRoute,
    ...forOperators,
    path: '/admin/overdue',
    component: lazyRouteComponent(() => import('./admin/overdue/overdue-page'), 'OverduePage'),
    validateSearch: (search: Record<string, unknown>): OverdueView => readOverdueView(search),
  }),
  createRoute({
    getParentRoute: () => appRoute,
    ...forOperators,
    path: '/admin/pricing',
    component: lazyRouteComponent(() => import('./admin/pricing/pricing-page'), 'PricingPage'),
  }),
  createRoute({
    getParentRoute: () => appRoute,
    ...forOperators,
    path: '/admin/workers',
    component: lazyRouteComponent(() => import('./admin/workers/workers-page'), 'WorkersPage'),
  }),
  createRoute({
    getParentRoute: () => appRoute,
    ...forOperators,
    path: '/admin/webhooks',
    component: lazyRouteComponent(() => import('./admin/webhooks/webhook-health-page'), 'WebhookHealthPage'),
  }),
  createRoute({
    getParentRoute: () => appRoute,
    ...forOperators,
    path: '/admin/stripe',
    component: lazyRouteComponent(() => import('./admin/stripe/stripe-page'), 'StripePage'),
    validateSearch: (search: Record<string, unknown>): StripeView => readStripeView(search),
  }),
  createRoute({
    getParentRoute: () => appRoute,
    ...forOperators,
    path: '/admin/announcements',
    component: lazyRouteComponent(() => import('./admin/announcements/announcements-page'), 'AnnouncementsPage'),
  }),
  createRoute({
    getParentRoute: () => appRoute,
    ...forOperators,
    path: '/admin/support-messages',
    component: lazyRouteComponent(() => import('./admin/support-messages/messages-page'), 'MessagesPage'),
    validateSearch: (search: Record<string, unknown>): MessagesView => readMessagesView(search),
  }),
] as const;

/** Left out of the build. */
const developmentRoutes = import.meta.env.DEV
  ? [
      createRoute({
        getParentRoute: () => rootRoute,
        path: '/_parts',
        component: lazyRouteComponent(() => import('./parts/parts-page'), 'PartsPage'),
      }),
    ]
  : [];

export const router = createRouter({
  routeTree: rootRoute.addChildren([
    ...developmentRoutes,
    landingRoute,
    pricingRoute,
    loginRoute,
    signupRoute,
    ...accountLinkRoutes,
    ...legalRoutes,
    mailboxRoute,
    statusRoute,
    organizationsRoute,
    invitationRoute,
    appRoute.addChildren([
      projectsRoute,
      projectRoute.addChildren(projectPages),
      usageRoute,
      limitsRoute,
      requestLogRoute,
      webhooksRoute,
      webhookEndpointRoute,
      billingRoute,
      invoiceRoute,
      organizationRoute,
      auditRoute,
      membersRoute,
      invitationsRoute,
      rolesRoute,
      singleSignOnRoute,
      accountRoute.addChildren(accountPages),
      ...adminPages,
    ]),
  ]),
  defaultErrorComponent: ErrorPage,
  defaultNotFoundComponent: NotFoundPage,
  // A page's code is there by the time that its link is pressed.
  defaultPreload: 'intent',
  scrollRestoration: true,
  // What no page knows, such as a campaign's parameters, leaves the address.
  search: { strict: true },
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
