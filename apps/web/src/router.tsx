import { createRootRoute, createRoute, createRouter, Outlet, redirect } from '@tanstack/react-router';
import { OrganizationsPage } from './admin/organizations/organizations-page';
import { ProblemError } from './api/problem';
import { createQueryClient } from './api/query-client';
import { ApiKeysPage } from './dashboard/api-keys/api-keys-page';
import { meQuery } from './dashboard/auth/auth.queries';
import { LoginPage } from './dashboard/auth/login-page';
import { SignupPage } from './dashboard/auth/signup-page';
import { BillingPage } from './dashboard/billing/billing-page';
import { DataSetPage } from './dashboard/data-sets/data-set-page';
import { DataSetsPage } from './dashboard/data-sets/data-sets-page';
import { DeploymentPage } from './dashboard/deployments/deployment-page';
import { DeploymentsPage } from './dashboard/deployments/deployments-page';
import { EndUsersPage } from './dashboard/end-users/end-users-page';
import { LimitsPage } from './dashboard/limits/limits-page';
import { ModelPage } from './dashboard/models/model-page';
import { ModelsPage } from './dashboard/models/models-page';
import { OrganizationPage } from './dashboard/organization/organization-page';
import { ProjectLayout } from './dashboard/projects/project-layout';
import { ProjectPage } from './dashboard/projects/project-page';
import { ProjectsPage } from './dashboard/projects/projects-page';
import { RequestLogPage } from './dashboard/request-log/request-log-page';
import { type RequestLogFilter, readFilter } from './dashboard/request-log/request-log.queries';
import { UsagePage } from './dashboard/usage/usage-page';
import { readView, type UsageView } from './dashboard/usage/usage.queries';
import { WebhookEndpointPage } from './dashboard/webhooks/webhook-endpoint-page';
import { WebhooksPage } from './dashboard/webhooks/webhooks-page';
import { AppLayout } from './shell/app-layout';
import { ErrorPage, NotFoundPage } from './shell/error-pages';

export const queryClient = createQueryClient(() => {
  const { pathname, href } = router.state.location;
  if (pathname !== '/login') void router.navigate({ to: '/login', search: { returnTo: href } });
});

const rootRoute = createRootRoute({ component: Outlet });

const loginRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/login',
  component: LoginPage,
  validateSearch: ({ returnTo }: Record<string, unknown>): { returnTo?: string } =>
    // Only a path of this site: "//" and "/\" would lead a browser to another site.
    typeof returnTo === 'string' && /^\/(?![/\\])/.test(returnTo) ? { returnTo } : {},
});

const signupRoute = createRoute({ getParentRoute: () => rootRoute, path: '/signup', component: SignupPage });

/** Everything below needs a session. */
const appRoute = createRoute({
  getParentRoute: () => rootRoute,
  id: 'app',
  component: AppLayout,
  beforeLoad: async ({ location }) => {
    try {
      await queryClient.ensureQueryData(meQuery);
    } catch (error) {
      if (error instanceof ProblemError && error.status === 401) {
        throw redirect({ to: '/login', search: location.href === '/' ? {} : { returnTo: location.href } });
      }
      throw error;
    }
  },
});

const projectsRoute = createRoute({ getParentRoute: () => appRoute, path: '/', component: ProjectsPage });

const projectRoute = createRoute({
  getParentRoute: () => appRoute,
  path: '/projects/$projectId',
  component: ProjectLayout,
});

const projectPages = [
  createRoute({ getParentRoute: () => projectRoute, path: '/', component: ProjectPage }),
  createRoute({ getParentRoute: () => projectRoute, path: '/data-sets', component: DataSetsPage }),
  createRoute({ getParentRoute: () => projectRoute, path: '/data-sets/$dataSetId', component: DataSetPage }),
  createRoute({ getParentRoute: () => projectRoute, path: '/models', component: ModelsPage }),
  createRoute({ getParentRoute: () => projectRoute, path: '/models/$modelId', component: ModelPage }),
  createRoute({ getParentRoute: () => projectRoute, path: '/deployments', component: DeploymentsPage }),
  createRoute({ getParentRoute: () => projectRoute, path: '/deployments/$deploymentId', component: DeploymentPage }),
  createRoute({ getParentRoute: () => projectRoute, path: '/api-keys', component: ApiKeysPage }),
  createRoute({ getParentRoute: () => projectRoute, path: '/end-users', component: EndUsersPage }),
] as const;

const usageRoute = createRoute({
  getParentRoute: () => appRoute,
  path: '/usage',
  component: UsagePage,
  validateSearch: (search: Record<string, unknown>): Partial<UsageView> => readView(search),
});

const limitsRoute = createRoute({ getParentRoute: () => appRoute, path: '/limits', component: LimitsPage });

const requestLogRoute = createRoute({
  getParentRoute: () => appRoute,
  path: '/request-log',
  component: RequestLogPage,
  validateSearch: (search: Record<string, unknown>): RequestLogFilter => readFilter(search),
});

const webhooksRoute = createRoute({ getParentRoute: () => appRoute, path: '/webhooks', component: WebhooksPage });

const webhookEndpointRoute = createRoute({
  getParentRoute: () => appRoute,
  path: '/webhooks/$endpointId',
  component: WebhookEndpointPage,
});

const billingRoute = createRoute({
  getParentRoute: () => appRoute,
  path: '/billing',
  component: BillingPage,
  validateSearch: ({
    checkout,
    plan,
  }: Record<string, unknown>): { checkout?: 'success' | 'cancelled'; plan?: string } => ({
    ...((checkout === 'success' || checkout === 'cancelled') && { checkout }),
    ...(typeof plan === 'string' && { plan }),
  }),
});

const organizationRoute = createRoute({
  getParentRoute: () => appRoute,
  path: '/organization',
  component: OrganizationPage,
});

const organizationsRoute = createRoute({
  getParentRoute: () => appRoute,
  path: '/admin/organizations',
  component: OrganizationsPage,
});

export const router = createRouter({
  routeTree: rootRoute.addChildren([
    loginRoute,
    signupRoute,
    appRoute.addChildren([
      projectsRoute,
      projectRoute.addChildren(projectPages),
      usageRoute,
      limitsRoute,
      requestLogRoute,
      webhooksRoute,
      webhookEndpointRoute,
      billingRoute,
      organizationRoute,
      organizationsRoute,
    ]),
  ]),
  defaultErrorComponent: ErrorPage,
  defaultNotFoundComponent: NotFoundPage,
  scrollRestoration: true,
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
