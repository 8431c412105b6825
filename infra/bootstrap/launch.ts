import { existsSync, mkdirSync, rmSync } from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { type Config, readConfig } from '../../libs/platform/config/config.js';
import { migrate } from '../../libs/platform/database/migrate.js';
import { seedDemo } from '../../prisma/seed/seed.js';
import { removeEmbeddedPostgres, startEmbeddedPostgres } from '../embedded-postgres/embedded-postgres.js';
import { PlatformProcess } from './child-process.js';
import { lockDirectory } from './directory-lock.js';
import { SecretsFile } from './secrets-file.js';

const POSTGRES_WATCH_MS = 3_000;

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
  const { PORT: port, HOST: host, KINDRED_DATA_DIR, KINDRED_SEED, PUBLIC_URL: url } = readSettings();
  const directory = path.resolve(KINDRED_DATA_DIR);
  const usesLocalStripe = !process.env['STRIPE_SECRET_KEY'];
  mkdirSync(directory, { recursive: true });
  const unlock = lockDirectory(directory);
  stops.push(async () => unlock());
  await refuseBusyPort(port, host);
  if (usesLocalStripe) await refuseBusyPort(port + 1, host);
  if (process.argv.includes('--reset')) await reset(directory);

  const secretsFile = new SecretsFile(directory);
  const { secrets } = secretsFile;
  const ownerUrl = process.env['DATABASE_URL'] || (await startPostgres(directory, secrets.postgresPassword));
  const kindredSecret = process.env['KINDRED_SECRET'] || secrets.kindredSecret;
  const env: NodeJS.ProcessEnv = {
    ...process.env,
    NODE_ENV: 'production',
    TZ: 'UTC',
    PORT: String(port),
    DATABASE_URL: await migrate(ownerUrl, kindredSecret),
    KINDRED_SECRET: kindredSecret,
    KINDRED_DATA_DIR: directory,
  };
  const processes = [];
  const logs = path.join(directory, 'logs');
  mkdirSync(logs, { recursive: true });
  if (usesLocalStripe) {
    Object.assign(env, {
      STRIPE_SECRET_KEY: 'sk_test_local',
      STRIPE_WEBHOOK_SECRET: secrets.stripeWebhookSecret,
      STRIPE_API_URL: `http://127.0.0.1:${port + 1}`,
    });
    const stripeEnv = {
      ...env,
      LOCAL_STRIPE_PORT: String(port + 1),
      LOCAL_STRIPE_FILE: path.join(directory, 'local-stripe.json'),
      WEBHOOK_URL: `http://127.0.0.1:${port}/v1/billing/stripe/webhook`,
    };
    processes.push(
      new PlatformProcess('local Stripe', 'dist/infra/local-stripe/main.js', stripeEnv, path.join(logs, 'stripe.log')),
    );
  }
  processes.push(new PlatformProcess('API', 'dist/apps/api/main.js', env, path.join(logs, 'api.log')));
  processes.push(new PlatformProcess('worker', 'dist/apps/worker/main.js', env, path.join(logs, 'worker.log')));
  for (const each of processes) stops.push(() => each.stop());
  await Promise.all(processes.map((each) => each.start()));

  const demo = KINDRED_SEED === 'demo' ? await seedDemo(`http://127.0.0.1:${port}`, ownerUrl, secretsFile) : undefined;
  const seconds = ((Date.now() - startedMs) / 1000).toFixed(1);
  console.log(`\nKindred is ready (${seconds} s). Ctrl-C stops it; npm start -- --reset starts over.\n`);
  console.log(`  Dashboard       ${url}`);
  console.log(`  API reference   ${url}/docs`);
  console.log(`  Logs            ${logs}`);
  if (!demo) return;
  console.log(`  Demo login      ${demo.email} / ${secrets.demoPassword}`);
  console.log(`  Operator login  ${demo.operatorEmail} / ${secrets.operatorPassword}`);
  console.log(`\nRecommendations for a user of the demo, with a working key:\n`);
  console.log(
    `curl -s ${url}/v1/deployments/${demo.deploymentId}/recommendations -H 'Authorization: Bearer ${demo.apiKey}' ` +
      `-H 'Content-Type: application/json' -d '{"userId":"${demo.userId}","limit":5}'\n`,
  );
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
  await removeEmbeddedPostgres(directory);
  for (const name of ['objects', 'logs', 'secrets.json', 'local-stripe.json']) {
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
