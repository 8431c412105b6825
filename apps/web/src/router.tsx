import {
  createRootRoute,
  createRoute,
  createRouter,
  Outlet,
  redirect,
  lazyRouteComponent,
} from '@tanstack/react-router';
import { type OrganizationsView, readOrganizationsView } from './admin/organizations/organizations.queries';
import { type JobsFilter, readJobsFilter } from './admin/training-jobs/jobs.queries';
import { ProblemError } from './api/problem';
import { createQueryClient } from './api/query-client';
import { meQuery } from './dashboard/auth/auth.queries';
import { LoginPage } from './dashboard/auth/login-page';
import { SignupPage } from './dashboard/auth/signup-page';
import { ProjectLayout } from './dashboard/projects/project-layout';
import { readSearch, type RequestLogSearch } from './dashboard/request-log/request-log.queries';
import { readView, type UsageView } from './dashboard/usage/usage.queries';
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

const projectsRoute = createRoute({
  getParentRoute: () => appRoute,
  path: '/',
  component: lazyRouteComponent(() => import('./dashboard/projects/projects-page'), 'ProjectsPage'),
});

const projectRoute = createRoute({
  getParentRoute: () => appRoute,
  path: '/projects/$projectId',
  component: ProjectLayout,
});

const projectPages = [
  createRoute({
    getParentRoute: () => projectRoute,
    path: '/',
    component: lazyRouteComponent(() => import('./dashboard/projects/project-page'), 'ProjectPage'),
  }),
  createRoute({
    getParentRoute: () => projectRoute,
    path: '/data-sets',
    component: lazyRouteComponent(() => import('./dashboard/data-sets/data-sets-page'), 'DataSetsPage'),
  }),
  createRoute({
    getParentRoute: () => projectRoute,
    path: '/data-sets/$dataSetId',
    component: lazyRouteComponent(() => import('./dashboard/data-sets/data-set-page'), 'DataSetPage'),
  }),
  createRoute({
    getParentRoute: () => projectRoute,
    path: '/models',
    component: lazyRouteComponent(() => import('./dashboard/models/models-page'), 'ModelsPage'),
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
  component: lazyRouteComponent(() => import('./dashboard/usage/usage-page'), 'UsagePage'),
  validateSearch: (search: Record<string, unknown>): Partial<UsageView> => readView(search),
});

const limitsRoute = createRoute({
  getParentRoute: () => appRoute,
  path: '/limits',
  component: lazyRouteComponent(() => import('./dashboard/limits/limits-page'), 'LimitsPage'),
});

const requestLogRoute = createRoute({
  getParentRoute: () => appRoute,
  path: '/request-log',
  component: lazyRouteComponent(() => import('./dashboard/request-log/request-log-page'), 'RequestLogPage'),
  validateSearch: (search: Record<string, unknown>): RequestLogSearch => readSearch(search),
});

const webhooksRoute = createRoute({
  getParentRoute: () => appRoute,
  path: '/webhooks',
  component: lazyRouteComponent(() => import('./dashboard/webhooks/webhooks-page'), 'WebhooksPage'),
});

const webhookEndpointRoute = createRoute({
  getParentRoute: () => appRoute,
  path: '/webhooks/$endpointId',
  component: lazyRouteComponent(() => import('./dashboard/webhooks/webhook-endpoint-page'), 'WebhookEndpointPage'),
});

const billingRoute = createRoute({
  getParentRoute: () => appRoute,
  path: '/billing',
  component: lazyRouteComponent(() => import('./dashboard/billing/billing-page'), 'BillingPage'),
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
  component: lazyRouteComponent(() => import('./dashboard/organization/organization-page'), 'OrganizationPage'),
});

const adminPages = [
  createRoute({
    getParentRoute: () => appRoute,
    path: '/admin/organizations',
    component: lazyRouteComponent(() => import('./admin/organizations/organizations-page'), 'OrganizationsPage'),
    validateSearch: (search: Record<string, unknown>): OrganizationsView => readOrganizationsView(search),
  }),
  createRoute({
    getParentRoute: () => appRoute,
    path: '/admin/organizations/$organizationId',
    component: lazyRouteComponent(() => import('./admin/organizations/account-page'), 'AccountPage'),
  }),
  createRoute({
    getParentRoute: () => appRoute,
    path: '/admin/training-jobs',
    component: lazyRouteComponent(() => import('./admin/training-jobs/jobs-page'), 'JobsPage'),
    validateSearch: (search: Record<string, unknown>): JobsFilter => readJobsFilter(search),
  }),
  createRoute({
    getParentRoute: () => appRoute,
    path: '/admin/workers',
    component: lazyRouteComponent(() => import('./admin/workers/workers-page'), 'WorkersPage'),
  }),
  createRoute({
    getParentRoute: () => appRoute,
    path: '/admin/webhooks',
    component: lazyRouteComponent(() => import('./admin/webhooks/webhook-health-page'), 'WebhookHealthPage'),
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
      ...adminPages,
    ]),
  ]),
  defaultErrorComponent: ErrorPage,
  defaultNotFoundComponent: NotFoundPage,
  // A page's code is there by the time that its link is pressed.
  defaultPreload: 'intent',
  scrollRestoration: true,
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
