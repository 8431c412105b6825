import { totalmem } from 'node:os';
import { z } from 'zod';

const url = (...protocols: string[]) =>
  z.string().refine((text) => URL.canParse(text) && protocols.includes(new URL(text).protocol), {
    message: `must be a URL that starts with ${protocols.map((protocol) => `${protocol}//`).join(' or ')}`,
  });

/** Every setting of the API and the worker. `.env.example` shows each with its description; a test keeps the two equal. */
export const configSchema = z.strictObject({
  PORT: z.coerce
    .number()
    .int()
    .min(1)
    .max(65535)
    .default(3000)
    .describe('Port of the API and the dashboard. The local Stripe takes the next one.'),
  HOST: z.string().default('127.0.0.1').describe('Address to listen on; 0.0.0.0 in a container.'),
  KINDRED_CONNECTIONS_MAX: z.coerce
    .number()
    .int()
    .min(10)
    .max(1_000_000)
    .default(15_000)
    .describe(
      'Connections of clients to one API process at most; more are closed at once. Each takes a file descriptor.',
    ),
  KINDRED_DRAIN_SECONDS: z.coerce
    .number()
    .min(0)
    .max(600)
    .default(5)
    .describe(
      'How long an API process serves on after SIGTERM while /readyz answers 503: longer than it takes your load balancer to notice.',
    ),
  KINDRED_METRICS_PORT: z.coerce
    .number()
    .int()
    .min(1)
    .max(65535)
    .optional()
    .describe('Port of /metrics alone, on HOST. Unset: they stand next to the API, to be kept from the public.'),
  DATABASE_URL: url('postgresql:', 'postgres:').describe(
    'Postgres 15.14 or later, as the owner of its database. Unset: the embedded Postgres. The API and the worker never use this login; they get kindred_app, which row-level security binds.',
  ),
  KINDRED_DATABASE_CONNECTIONS: z.coerce
    .number()
    .int()
    .min(2)
    .max(1_000)
    .default(20)
    .describe('Connections to Postgres of one process at most.'),
  KINDRED_STATEMENT_SECONDS: z.coerce
    .number()
    .int()
    .min(1)
    .max(3_600)
    .default(30)
    .describe('Longest time that one statement may take.'),
  KINDRED_LOCK_SECONDS: z.coerce
    .number()
    .int()
    .min(1)
    .max(3_600)
    .default(10)
    .describe('Longest time that a statement waits for a lock.'),
  KINDRED_IDLE_TRANSACTION_SECONDS: z.coerce
    .number()
    .int()
    .min(1)
    .max(3_600)
    .default(30)
    .describe('Longest time that a transaction may be open without a statement.'),
  S3_URL: url('s3:', 's3+http:')
    .optional()
    .describe(
      'Object store: s3://KEY:SECRET@host/bucket?region=REGION, or s3+http:// without TLS. Unset: a folder of KINDRED_DATA_DIR.',
    ),
  STRIPE_SECRET_KEY: z
    .string()
    .optional()
    .describe(
      'Secret key of your Stripe account, for the API and one worker at least, which collects invoices. Unset: a local Stripe, for trying out.',
    ),
  STRIPE_WEBHOOK_SECRET: z
    .string()
    .optional()
    .describe(
      'Signing secret of the webhook endpoint PUBLIC_URL/v1/billing/stripe/webhook. Needed with STRIPE_SECRET_KEY.',
    ),
  STRIPE_API_URL: url('http:', 'https:').optional().describe('Another address of the Stripe API, such as a local one.'),
  SMTP_URL: url('smtp:', 'smtps:')
    .optional()
    .describe(
      'Mail server: smtps://USER:PASSWORD@host:465, or smtp:// with STARTTLS where the server offers it. Unset: each mail is a file in KINDRED_DATA_DIR/mail.',
    ),
  MAIL_FROM: z
    .string()
    .min(3)
    .optional()
    .describe('Sender of mail, such as Kindred <no-reply@example.com>. Needed with SMTP_URL.'),
  KINDRED_MAILBOX: z
    .enum(['true', 'false'])
    .default('false')
    .transform((text) => text === 'true')
    .describe(
      'Whether /_mailbox and GET /v1/mailbox show every mail to everyone, links that open accounts among them. For trying out; npm start does so where everything is on this machine and SMTP_URL is unset.',
    ),
  KINDRED_IMPERSONATION_MAILS: z
    .enum(['true', 'false'])
    .default('true')
    .transform((text) => text === 'true')
    .describe("Whether an organization's owners are told by mail when an operator begins to act in it."),
  PUBLIC_URL: url('http:', 'https:')
    .optional()
    .describe(
      'Address that browsers use, without a path. https makes session cookies Secure. Unset: http://localhost:PORT.',
    ),
  TRUSTED_PROXIES: z
    .string()
    .regex(/^[\d.:a-f/]+(,[\d.:a-f/]+)*$/i, 'must be addresses or CIDR blocks, separated by commas')
    .optional()
    .describe(
      'Proxies whose X-Forwarded-For names the caller, such as 10.0.0.0/8; API keys may be held to addresses. Unset: nobody.',
    ),
  KINDRED_LOGIN_TRIES: z.coerce
    .number()
    .int()
    .min(1)
    .max(100_000)
    .default(10)
    .describe(
      'Wrong passwords at once for one account, and three times as many from one address; then one a minute, and one in ten seconds.',
    ),
  KINDRED_SIGNUPS: z.coerce
    .number()
    .int()
    .min(1)
    .max(100_000)
    .default(10)
    .describe('Accounts that one address may make in an hour, and mails of each kind that it may ask for.'),
  KINDRED_SIGN_IN_MS: z.coerce
    .number()
    .int()
    .min(0)
    .max(5_000)
    .default(250)
    .describe(
      'Logins, signups and requests for a new password are answered no earlier, so that the time tells nothing of who has an account.',
    ),
  KINDRED_LEGAL_DIR: z
    .string()
    .optional()
    .describe(
      'Folder whose terms.md, privacy.md and data-processing.md, and zh/ with the same in Chinese, take the place of those in docs/legal. A new version is a new date in its third line.',
    ),
  KINDRED_SUB_PROCESSORS: z
    .string()
    .default('')
    .transform((text) =>
      text
        .split(';')
        .map((name) => name.trim())
        .filter(Boolean),
    )
    .describe(
      'Who else processes data for you, separated by semicolons, such as Example Mail Ltd (mail, Ireland); /data-processing names them.',
    ),
  KINDRED_SELLER: z
    .string()
    .default('')
    .transform((text) =>
      text
        .split(';')
        .map((line) => line.trim())
        .filter(Boolean),
    )
    .describe(
      'Who sells, on invoices: the lines of name, address and tax id, separated by semicolons, such as Example Ltd;1 Main Street, Dublin;VAT IE1234567X. Unset: they say that this is a trial installation.',
    ),
  GITHUB_SECRET_SCANNING_KEYS_URL: url('http:', 'https:')
    .default('https://api.github.com/meta/public_keys/secret_scanning')
    .describe('Where the keys are published that sign POST /v1/leaked-keys/github.'),
  KINDRED_SECRET: z
    .string()
    .min(32)
    .describe(
      'At least 32 random characters: the pepper of API key hashes and the key of webhook secrets. Unset: made once, kept in KINDRED_DATA_DIR.',
    ),
  KINDRED_SECRET_PREVIOUS: z
    .string()
    .min(32)
    .optional()
    .describe(
      'The secret before KINDRED_SECRET, while what was made under it moves: what it hashed or encrypted is still good. See npm run rotate-secret.',
    ),
  KINDRED_DATA_DIR: z
    .string()
    .default('.kindred')
    .describe(
      'Folder of the embedded Postgres, the object store, secrets, and the journal of usage: on a disk that outlives the process.',
    ),
  KINDRED_UPLOAD_BYTES_MAX: z.coerce
    .number()
    .int()
    .positive()
    .default(2 * 1024 ** 3)
    .describe('Largest upload of a data set, in bytes.'),
  COMPUTE_BACKEND: z
    .enum(['tfjs-node-gpu', 'webgpu', 'wasm', 'cpu'])
    .optional()
    .describe(
      'What trains next to the kernels of the processor. Unset: the first of these that serves; see npm run doctor.',
    ),
  KINDRED_WORKER_POOLS: z
    .string()
    .regex(/^[a-z0-9-]+(,[a-z0-9-]+)*$/, 'must be labels of a-z, 0-9 and -, separated by commas')
    .default('cpu')
    .transform((text) => text.split(','))
    .describe('Labels of the jobs that this worker takes, such as gpu-h100,cpu; a plan names the label of its jobs.'),
  KINDRED_WORKER_JOBS: z.coerce
    .number()
    .int()
    .min(1)
    .max(64)
    .default(2)
    .describe('Training jobs side by side in one worker, as far as its memory goes.'),
  KINDRED_WORKER_IMPORTS: z.coerce
    .number()
    .int()
    .min(1)
    .max(16)
    .default(2)
    .describe('Imports side by side in one worker, each of another organization.'),
  KINDRED_IMPORT_MEMORY_BYTES: z.coerce
    .number()
    .int()
    .min(256 * 1024 ** 2)
    .default(2 * 1024 ** 3)
    .describe('Memory that the process of one import may hold; beyond it the import fails and says so.'),
  KINDRED_IMPORT_SECONDS: z.coerce
    .number()
    .int()
    .min(1)
    .max(86_400)
    .default(3_600)
    .describe('Longest time that one import may take.'),
  KINDRED_WORKER_MEMORY_BYTES: z.coerce
    .number()
    .int()
    .positive()
    .optional()
    .describe('Memory that training jobs share in one worker. Unset: half of what the machine or container has.'),
  KINDRED_CHECKPOINT_SECONDS: z.coerce
    .number()
    .min(0.1)
    .max(30)
    .default(20)
    .describe('Time between two checkpoints of a training job: at most this much is redone after a crash.'),
  KINDRED_WEBHOOKS_TO_PRIVATE_ADDRESSES: z
    .enum(['true', 'false'])
    .default('false')
    .transform((text) => text === 'true')
    .describe(
      "Whether customers' webhooks may go to private addresses, which reaches whatever the worker's network does. For trying out.",
    ),
  KINDRED_URL_SOURCES_AT_PRIVATE_ADDRESSES: z
    .enum(['true', 'false'])
    .default('false')
    .transform((text) => text === 'true')
    .describe(
      "Whether customers' files may be fetched from private addresses and over http, which reaches whatever the worker's network does. For trying out.",
    ),
  GOOGLE_CLIENT_ID: z
    .string()
    .optional()
    .describe(
      'To log in with Google: client of your project there, which sends people back to PUBLIC_URL/v1/auth/providers/google/callback.',
    ),
  GOOGLE_CLIENT_SECRET: z.string().optional().describe('Secret of GOOGLE_CLIENT_ID.'),
  GITHUB_CLIENT_ID: z
    .string()
    .optional()
    .describe(
      'To log in with GitHub: client of your OAuth app there, which sends people back to PUBLIC_URL/v1/auth/providers/github/callback.',
    ),
  GITHUB_CLIENT_SECRET: z.string().optional().describe('Secret of GITHUB_CLIENT_ID.'),
  GITHUB_URL: url('http:', 'https:')
    .default('https://github.com')
    .transform((text) => text.replace(/\/+$/, ''))
    .describe('Another address of GitHub, such as that of your GitHub Enterprise Server.'),
  OIDC_ISSUER: url('http:', 'https:')
    .optional()
    .describe(
      'To log in with any other provider of OpenID Connect: its issuer, which sends people back to PUBLIC_URL/v1/auth/providers/openid/callback.',
    ),
  OIDC_CLIENT_ID: z.string().optional().describe('Client at OIDC_ISSUER.'),
  OIDC_CLIENT_SECRET: z.string().optional().describe('Secret of OIDC_CLIENT_ID.'),
  OIDC_NAME: z.string().min(1).max(40).default('OpenID Connect').describe('What the button of OIDC_ISSUER says.'),
  KINDRED_PROVIDER_SECONDS: z.coerce
    .number()
    .int()
    .min(1)
    .max(60)
    .default(10)
    .describe('How long all that a provider is asked for one step of a log-in may take.'),
  KINDRED_SINGLE_SIGN_ON_TO_PRIVATE_ADDRESSES: z
    .enum(['true', 'false'])
    .default('false')
    .transform((text) => text === 'true')
    .describe(
      "Whether the providers by which organizations log in may be at private addresses and without TLS, which reaches whatever the API's network does. For trying out.",
    ),
  KINDRED_DNS_SERVERS: z
    .string()
    .regex(
      /^[\d.:a-f[\]]+(,[\d.:a-f[\]]+)*$/i,
      'must be addresses, with a port where it is not 53, separated by commas',
    )
    .optional()
    .transform((text) => text?.split(','))
    .describe('DNS servers that are asked whose a domain is, such as 1.1.1.1. Unset: those of the machine.'),
  KINDRED_CREDIT_ALONE_MAX: z
    .string()
    .regex(/^\d{1,8}(\.\d{1,3})?$/, 'must be an amount such as 100.00')
    .default('100.00')
    .describe(
      'What one operator may credit or refund on an invoice alone, or grant an organization in a month, in the main unit of the currency; more takes a second operator.',
    ),
  KINDRED_STRIPE_TAX: z
    .enum(['true', 'false'])
    .default('false')
    .transform((text) => text === 'true')
    .describe(
      "Whether Stripe Tax adds taxes to what Stripe collects, and Checkout asks for country and tax id. It wants tax registrations in Stripe's settings; prices are without tax then.",
    ),
  KINDRED_SEED: z
    .enum(['demo', 'none'])
    .default('demo')
    .describe(
      'Whether npm start makes the demo organization. To be said where DATABASE_URL is set or PUBLIC_URL is https.',
    ),
  KINDRED_LOCAL_STRIPE: z
    .enum(['true', 'false'])
    .default('false')
    .transform((text) => text === 'true')
    .describe(
      'Whether the local Stripe may stand in for STRIPE_SECRET_KEY though DATABASE_URL is set or PUBLIC_URL is https. For trying out.',
    ),
  LOG_LEVEL: z
    .enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'])
    .default('info')
    .describe('Least severe log line.'),
});

export type Config = z.infer<typeof configSchema> & { PUBLIC_URL: string; KINDRED_WORKER_MEMORY_BYTES: number };

/** Injection token and type of the configuration. */
export const CONFIG = Symbol('config');

/**
 * Reads the environment once.
 *
 * @throws Error naming every variable that is wrong, and every `KINDRED_` variable that does not exist
 */
export function readConfig(environment: NodeJS.ProcessEnv = process.env): Config {
  const known = Object.keys(configSchema.shape);
  const ours = Object.entries(environment).filter(
    ([name, value]) => value !== '' && (known.includes(name) || name.startsWith('KINDRED_')),
  );
  const result = configSchema.safeParse(Object.fromEntries(ours));
  if (!result.success) throw new Error(`Configuration: ${z.prettifyError(result.error)}\nSee .env.example.`);
  const { PORT, PUBLIC_URL = `http://localhost:${PORT}`, STRIPE_SECRET_KEY, STRIPE_WEBHOOK_SECRET } = result.data;
  if (STRIPE_SECRET_KEY && !STRIPE_WEBHOOK_SECRET) {
    throw new Error('Configuration: STRIPE_SECRET_KEY needs STRIPE_WEBHOOK_SECRET next to it.\nSee .env.example.');
  }
  if (result.data.SMTP_URL && !result.data.MAIL_FROM) {
    throw new Error('Configuration: SMTP_URL needs MAIL_FROM next to it.\nSee .env.example.');
  }
  if (result.data.SMTP_URL && result.data.KINDRED_MAILBOX) {
    throw new Error(
      'Configuration: KINDRED_MAILBOX shows mails that nobody sends; unset it or SMTP_URL.\nSee .env.example.',
    );
  }
  const { GOOGLE_CLIENT_ID, GOOGLE_CLIENT_SECRET, GITHUB_CLIENT_ID, GITHUB_CLIENT_SECRET } = result.data;
  const { OIDC_ISSUER, OIDC_CLIENT_ID, OIDC_CLIENT_SECRET } = result.data;
  requireTogether({ GOOGLE_CLIENT_ID, GOOGLE_CLIENT_SECRET });
  requireTogether({ GITHUB_CLIENT_ID, GITHUB_CLIENT_SECRET });
  requireTogether({ OIDC_ISSUER, OIDC_CLIENT_ID, OIDC_CLIENT_SECRET });
  const { KINDRED_WORKER_MEMORY_BYTES = halfOfMemory() } = result.data;
  return { ...result.data, PUBLIC_URL: PUBLIC_URL.replace(/\/+$/, ''), KINDRED_WORKER_MEMORY_BYTES };
}

function requireTogether(settings: Record<string, string | undefined>): void {
  const missing = Object.keys(settings).filter((name) => !settings[name]);
  if (missing.length === 0 || missing.length === Object.keys(settings).length) return;
  throw new Error(
    `Configuration: ${Object.keys(settings).join(', ')} belong together; ${missing.join(', ')} is missing.\nSee .env.example.`,
  );
}

/** Under which something may stand: today's secret first. */
export function secretsOf({ KINDRED_SECRET, KINDRED_SECRET_PREVIOUS }: Config): string[] {
  return KINDRED_SECRET_PREVIOUS ? [KINDRED_SECRET, KINDRED_SECRET_PREVIOUS] : [KINDRED_SECRET];
}

function halfOfMemory(): number {
  return Math.floor(Math.min(process.constrainedMemory() || Infinity, totalmem()) / 2);
}
