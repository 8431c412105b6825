// Who may import whom. `npm run check` holds the sources to it; the planted imports beside this file show that each rule bites.
const rule = (name, comment, from, to) => ({ name, comment, severity: 'error', from, to });

/** @type {import('dependency-cruiser').IConfiguration} */
export default {
  forbidden: [
    rule(
      'libs-below-the-rest',
      'what is in libs knows nothing of what starts it, runs it or fills it',
      { path: '^libs/' },
      { path: '^(apps|infra|prisma)/' },
    ),
    rule(
      'compute-stands-alone',
      'compute imports nothing of ours',
      { path: '^libs/compute/' },
      { path: '^libs/(?!compute/)' },
    ),
    rule(
      'models-use-compute',
      'models import compute and each other’s frame, nothing else of ours',
      { path: '^libs/models/' },
      { path: '^libs/(?!models/|compute/)' },
    ),
    rule(
      'kinds-are-data',
      'a kind of data imports kinds alone',
      { path: '^libs/models/kinds/' },
      { path: '^libs/(?!models/kinds/)' },
    ),
    rule(
      'tasks-know-no-family',
      'a task imports tasks and kinds alone: it is what families and the rest agree on',
      { path: '^libs/models/tasks/' },
      { path: '^libs/(?!models/(tasks|kinds)/)' },
    ),
    rule(
      'training-knows-no-family',
      'what every trainer stands on imports no family',
      { path: '^libs/models/training/' },
      {
        path: '^(libs/models/(?!kinds/|tasks/|training/)[^/]+/|libs/models/(manifests|trainers|predictors|erasers)\\.ts$|libs/(?!models/|compute/))',
      },
    ),
    rule(
      'conformance-for-specs',
      'a conformance suite brings the test runner, which nothing that is served may load',
      { pathNot: '\\.spec\\.ts$' },
      { path: '^libs/models/.*/conformance\\.ts$' },
    ),
    rule(
      'no-family-in-family',
      'a family imports the rooms that all families share, and never another family',
      { path: '^libs/models/([^/]+)/', pathNot: '^libs/models/(kinds|tasks|training)/' },
      { path: '^libs/models/[^/]+/', pathNot: ['^libs/models/$1/', '^libs/models/(kinds|tasks|training)/'] },
    ),
    rule(
      'platform-stands-alone',
      'platform imports platform',
      { path: '^libs/platform/' },
      { path: '^libs/(?!platform/)' },
    ),
    rule(
      'features-through-doors',
      'a feature imports another by its index.ts',
      { path: '^libs/features/([^/]+)/' },
      { path: '^libs/features/[^/]+/', pathNot: ['^libs/features/$1/', '^libs/features/[^/]+/index\\.ts$'] },
    ),
    rule(
      'features-below-apps',
      'a feature imports platform, and of models only what the API may load',
      { path: '^libs/features/' },
      {
        path: '^(libs/(compute|client)/|libs/models/(?!manifests\\.ts$|predictors\\.ts$|family\\.ts$|kinds/|synthetic/|tasks/))',
      },
    ),
    rule(
      'apps-through-doors',
      'whoever stands above features imports one by its doors',
      { path: '^(apps|prisma|tools)/' },
      { path: '^libs/features/', pathNot: '^libs/features/[^/]+/(index|worker|process)\\.ts$' },
    ),
    rule(
      'apps-apart',
      'an app is a process of its own and imports no other',
      { path: '^apps/([^/]+)/' },
      { path: '^apps/', pathNot: '^apps/$1/' },
    ),
    rule(
      'local-stripe-is-a-stranger',
      'the local Stripe stands for somebody else’s machine and imports nothing of ours',
      { path: '^apps/local-stripe/' },
      { path: '^(libs|infra|prisma)/' },
    ),
    rule(
      'launcher-trains-nothing',
      'the launcher starts those who predict and train, and of models knows the manifests and the kinds',
      { path: '^apps/launcher/' },
      { path: '^libs/models/(?!manifests\\.ts$|kinds/)' },
    ),
    rule(
      'infra-stands-alone',
      'what Kindred runs on knows nothing of Kindred',
      { path: '^infra/' },
      { path: '^(apps|libs|prisma)/' },
    ),
    rule(
      'tools-stay-at-home',
      'what builds and checks Kindred is no part of it',
      { path: '^(apps|infra|libs|prisma)/' },
      { path: '^tools/' },
    ),
    rule(
      'bootstrap-needs-nothing',
      'what installs and builds runs before there are packages or a compiler: on Node’s own modules and its neighbours',
      { path: '^tools/.*\\.mjs$' },
      { pathNot: '^tools/.*\\.mjs$', dependencyTypesNot: ['core'] },
    ),
    rule(
      'api-loads-no-trainer',
      'the API reaches predictors, never trainers',
      { path: '^apps/api/' },
      { path: '^libs/models/(trainers\\.ts|[^/]+/trainer\\.ts)$', reachable: true },
    ),
    rule(
      'web-uses-the-client',
      'the dashboard knows the platform by its client alone',
      { path: '^apps/web/' },
      { path: '^(libs/(?!client/)|infra/|prisma/)' },
    ),
    rule(
      'prisma-in-repositories',
      'the generated client is for repositories and the database service',
      { path: '^(libs|apps|prisma|tools)/', pathNot: ['\\.repository\\.ts$', '^libs/platform/database/'] },
      { path: '^libs/platform/database/generated/' },
    ),
    rule(
      'no-cycles',
      'nothing imports itself round a corner',
      { pathNot: '^libs/(client|platform/database/generated)/' },
      { circular: true, viaOnly: { pathNot: '^libs/(client|platform/database/generated)/' } },
    ),
    rule('no-missing-modules', 'every import leads somewhere', {}, { couldNotResolve: true }),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '\\.(wgsl|css|json)$' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'types', 'node', 'default'],
      mainFields: ['main', 'types'],
    },
  },
};
