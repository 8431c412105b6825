import { chmodSync, existsSync, mkdirSync, rmSync } from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { removeEmbeddedPostgres, startEmbeddedPostgres } from '../../infra/embedded-postgres/embedded-postgres.js';
import { type Config, readConfig } from '../../libs/platform/config/config.js';
import { migrate } from '../../libs/platform/database/migrate.js';
import { type Demo, seedDemo } from '../../prisma/seed/seed.js';
import { PlatformProcess } from './child-process.js';
import { lockDirectory } from './directory-lock.js';
import { type Secrets, SecretsFile } from './secrets-file.js';
import { isForTrying, refuseTrialParts } from './trial-parts.js';

const POSTGRES_WATCH_MS = 3_000;
const LOCAL_STRIPE_FILE = 'local-stripe.db';
/** Folders of the data folder that nobody else enters. */
const PRIVATE = ['journal', 'logs', 'mail', 'objects'];

/** What to undo, last first, however far the start came. */
const stops: (() => Promise<void>)[] = [];
let stopping: Promise<void> | undefined;

async function stop(exitCode: number): Promise<never> {
  stopping ??= (async () => {
    for (const step of stops.reverse())
      await step().catch((error: Error) => console.error(`kindred: ${error.message}`));
  })();
  await stopping;
  process.exit(exitCode);
}

async function launch(): Promise<void> {
  const startedMs = Date.now();
  if (existsSync('.env')) process.loadEnvFile('.env');
  const config = readSettings();
  refuseTrialParts(process.env, config);
  const { PORT: port, HOST: host, PUBLIC_URL: url } = config;
  const directory = path.resolve(config.KINDRED_DATA_DIR);
  const logs = path.join(directory, 'logs');
  const localStripePort = config.STRIPE_SECRET_KEY ? undefined : port + 1;
  mkdirSync(directory, { recursive: true });
  // What is in the folder is its owner's; the folder itself must let the account through that Postgres runs as.
  process.umask(0o077);
  const unlock = lockDirectory(directory);
  stops.push(async () => unlock());
  await refuseBusyPort(port, host);
  if (localStripePort) await refuseBusyPort(localStripePort, host);
  if (process.argv.includes('--reset')) await reset(directory);
  mkdirSync(logs, { recursive: true });
  // Of a start before this was so.
  for (const name of PRIVATE) if (existsSync(path.join(directory, name))) chmodSync(path.join(directory, name), 0o700);

  const secretsFile = new SecretsFile(directory);
  const { secrets } = secretsFile;
  const ownerUrl = process.env['DATABASE_URL'] || (await startPostgres(directory, secrets.postgresPassword));
  const kindredSecret = process.env['KINDRED_SECRET'] || secrets.kindredSecret;
  const appUrl = await migrate(ownerUrl, kindredSecret);
  if (config.KINDRED_SECRET_PREVIOUS) await rotateSecrets(appUrl, kindredSecret, config.KINDRED_SECRET_PREVIOUS);
  await startProcesses(directory, logs, localStripePort, {
    ...process.env,
    NODE_ENV: 'production',
    TZ: 'UTC',
    PORT: String(port),
    DATABASE_URL: appUrl,
    KINDRED_SECRET: kindredSecret,
    KINDRED_DATA_DIR: directory,
    KINDRED_MAILBOX: process.env['KINDRED_MAILBOX'] || String(isForTrying(process.env, config) && !config.SMTP_URL),
    // One machine has no load balancer to wait for.
    KINDRED_DRAIN_SECONDS: process.env['KINDRED_DRAIN_SECONDS'] || '0',
    ...(localStripePort && {
      STRIPE_SECRET_KEY: 'sk_test_local',
      STRIPE_WEBHOOK_SECRET: secrets.stripeWebhookSecret,
      STRIPE_API_URL: `http://127.0.0.1:${localStripePort}`,
    }),
  });
  const apiUrl = `http://${host === '0.0.0.0' ? '127.0.0.1' : host}:${port}`;
  const demo =
    config.KINDRED_SEED === 'demo'
      ? await seedDemo(apiUrl, { ownerUrl, appUrl, secret: kindredSecret }, secretsFile)
      : undefined;
  const seconds = ((Date.now() - startedMs) / 1000).toFixed(1);
  console.log(`\nKindred is ready (${seconds} s). Ctrl-C stops it; npm start -- --reset starts over.\n`);
  console.log(`  Dashboard       ${url}`);
  console.log(`  API reference   ${url}/docs`);
  if (localStripePort) console.log(`  Local Stripe    http://localhost:${localStripePort}`);
  console.log(`  Logs            ${logs}`);
  if (demo) printDemo(url, demo, secrets);
}

async function startProcesses(
  directory: string,
  logs: string,
  localStripePort: number | undefined,
  env: NodeJS.ProcessEnv,
): Promise<void> {
  const processes = [
    new PlatformProcess('API', 'dist/apps/api/main.js', env, path.join(logs, 'api.log')),
    new PlatformProcess('worker', 'dist/apps/worker/main.js', env, path.join(logs, 'worker.log')),
  ];
  if (localStripePort) {
    // It stands for somebody else's machine, and knows no more of ours than such a one would.
    const stripeEnv = {
      PATH: env['PATH'],
      TZ: env['TZ'],
      NODE_ENV: env['NODE_ENV'],
      STRIPE_WEBHOOK_SECRET: env['STRIPE_WEBHOOK_SECRET'],
      LOCAL_STRIPE_PORT: String(localStripePort),
      LOCAL_STRIPE_FILE: path.join(directory, LOCAL_STRIPE_FILE),
      WEBHOOK_URL: `http://127.0.0.1:${env['PORT']}/v1/billing/stripe/webhook`,
    };
    const script = 'dist/apps/local-stripe/main.js';
    processes.unshift(new PlatformProcess('local Stripe', script, stripeEnv, path.join(logs, 'stripe.log')));
  }
  for (const each of processes) stops.push(() => each.stop());
  await Promise.all(processes.map((each) => each.start()));
}

/** Under way from one secret to the next, as long as KINDRED_SECRET_PREVIOUS is set. */
async function rotateSecrets(appUrl: string, secret: string, previous: string): Promise<void> {
  await import('reflect-metadata');
  const { describeRotation, rotateSecret } = await import('./rotate-secret.js');
  console.log(describeRotation(await rotateSecret(appUrl, secret, previous)));
}

function printDemo(url: string, demo: Demo, { demoPassword, operatorPassword }: Secrets): void {
  console.log(`  Demo login      ${demo.email} / ${demoPassword}`);
  console.log(`  Operator login  ${demo.operatorEmail} / ${operatorPassword}`);
  for (const { what, deploymentId, operation, request, apiKey } of demo.calls) {
    console.log(`\n${what}, with a working key:\n`);
    console.log(
      `curl -s ${url}/v1/deployments/${deploymentId}/${operation} -H 'Authorization: Bearer ${apiKey}' ` +
        `-H 'Content-Type: application/json' -d '${JSON.stringify(request)}'\n`,
    );
  }
}

/** Finds a wrong setting before anything is started; what is unset and made up later stands in as itself. */
function readSettings(): Config {
  return readConfig({
    ...process.env,
    DATABASE_URL: process.env['DATABASE_URL'] || 'postgresql://embedded',
    KINDRED_SECRET: process.env['KINDRED_SECRET'] || 'made when first started, then kept',
  });
}

async function startPostgres(directory: string, password: string): Promise<string> {
  const postgres = await startEmbeddedPostgres(directory, password);
  const watch = setInterval(() => {
    void postgres.revive().catch((error: Error) => console.error(`kindred: ${error.message}`));
  }, POSTGRES_WATCH_MS);
  stops.push(async () => {
    clearInterval(watch);
    await postgres.stop();
  });
  return postgres.url;
}

async function reset(directory: string): Promise<void> {
  for (const name of ['DATABASE_URL', 'S3_URL']) {
    if (process.env[name])
      throw new Error(`--reset empties what is embedded, not your ${name}: unset it, or empty that yourself.`);
  }
  await removeEmbeddedPostgres(directory);
  const ofStripe = ['', '-wal', '-shm'].map((end) => `${LOCAL_STRIPE_FILE}${end}`);
  for (const name of ['objects', 'logs', 'mail', 'secrets.json', ...ofStripe]) {
    rmSync(path.join(directory, name), { recursive: true, force: true });
  }
}

async function refuseBusyPort(port: number, host: string): Promise<void> {
  const server = net.createServer();
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) =>
      reject(
        error.code === 'EADDRINUSE'
          ? new Error(
              `port ${port} is busy: stop what listens there, or choose another with PORT=${port + 100} npm start.`,
            )
          : new Error(`port ${port} cannot be used (${error.message}): choose another with PORT=3100 npm start.`),
      ),
    );
    server.listen(port, host, resolve);
  });
  await new Promise((resolve) => server.close(resolve));
}

for (const signal of ['SIGINT', 'SIGTERM', 'disconnect']) process.on(signal, () => void stop(0));
try {
  await launch();
} catch (error) {
  // A stop that came while starting makes some step fail; that is no news.
  if (!stopping) console.error(`kindred: ${(error as Error).message}`);
  await stop(stopping ? 0 : 1);
}
