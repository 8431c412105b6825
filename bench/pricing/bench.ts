import { readFileSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { createApi } from '../../apps/api/create-api.js';
import { PriceSimulationsService } from '../../libs/features/price-simulations/price-simulations.service.js';
import { readConfig } from '../../libs/platform/config/config.js';
import { Database } from '../../libs/platform/database/database.js';
import { type Comparison, interleave, time, type Timing } from '../measure.js';
import { BenchPlatform } from '../metering/platform.js';

const MONTHS = 12;

/** The simulator over a year of usage and its invoices, next to one sum over the same roll-ups. */
export async function benchPricing(organizations: number, rounds: number): Promise<Comparison[]> {
  const platform = await BenchPlatform.start();
  try {
    // Without the checks of foreign keys, which the rows keep by how they are made.
    const unchecked = (sql: string) =>
      sql.startsWith('INSERT') ? `SET session_replication_role = replica; ${sql}` : sql;
    for (const sql of FILL) await platform.query(unchecked(sql.replace('$ORGANIZATIONS', String(organizations))));
    const app = await createApi(readConfig({ ...platform.environment, PORT: '3999' }));
    await app.init();
    try {
      const simulations = app.get(PriceSimulationsService, { strict: false });
      const database = app.get(Database, { strict: false });
      server = await parentOf(platform);
      const sum = () =>
        database.longSystemSql((sql) =>
          sql.rows(`SELECT meter_key, sum(quantity) FROM usage_rollups WHERE granularity = 'period' GROUP BY 1`),
        );
      const simulate = async () => {
        const answer = await simulations.run(DRAFT);
        if (!answer.reproduces || answer.periods !== MONTHS * organizations)
          throw new Error(`The simulation is wrong: ${JSON.stringify({ ...answer, winners: [], losers: [] })}`);
      };
      return await interleave(
        [
          { name: 'one sum', run: () => timeServer(sum) },
          { name: 'simulation', run: () => timeServer(simulate) },
        ],
        rounds,
      );
    } finally {
      await app.close();
    }
  } finally {
    await platform.stop();
  }
}

/** The server's first process, the parent of all that serve a connection. */
let server = 0;

async function parentOf(platform: BenchPlatform): Promise<number> {
  const [row] = await platform.query<{ parent: string }>(
    `SELECT split_part(split_part(pg_read_file('/proc/' || pg_backend_pid() || '/stat', 0, 1000), ') ', 2), ' ', 2) AS parent`,
  );
  return Number(row!.parent);
}

/** With what Postgres computes for it: its processes end with their connection, and their parent counts what they used. */
async function timeServer(work: () => Promise<unknown>): Promise<Timing> {
  await setTimeout(REAPED_MS);
  const before = endedCpu();
  const { wall, cpu } = await time(work);
  await setTimeout(REAPED_MS);
  return { wall, cpu: cpu + endedCpu() - before };
}

/** Until its parent has seen that a process ended. */
const REAPED_MS = 1_000;
const TICKS_PER_SECOND = 100;

/** Seconds that processes of the server have used which have ended. */
function endedCpu(): number {
  // Behind the name, which is in brackets: state, parent and so on; utime and stime of children are the 14th and 15th.
  const fields = readFileSync(`/proc/${server}/stat`, 'utf8').split(') ')[1]!.split(' ');
  return (Number(fields[13]) + Number(fields[14])) / TICKS_PER_SECOND;
}

const meter = (key: string, includedQuantity: string, unitAmount: string, deviceClass = '') => ({
  meter: key,
  deviceClass,
  includedQuantity,
  scheme: 'per_unit' as const,
  packageSize: null,
  unitAmount,
  tiers: [],
});

const DRAFT = {
  plan: 'pro',
  currency: 'usd',
  months: 24,
  monthlyFee: '59.00',
  commitment: '10.00',
  meters: [
    {
      ...meter('recommendation_requests', '50000', '0'),
      scheme: 'graduated' as const,
      tiers: [
        { from: '0', unitAmount: '0.0003', flatAmount: '0' },
        { from: '1000000', unitAmount: '0.0001', flatAmount: '0' },
      ],
    },
    meter('interactions_ingested', '10000000', '0.000001'),
    meter('training_seconds', '3600', '0.0005'),
    meter('training_seconds', '0', '0.002', 'gpu-h100'),
    meter('stored_interactions', '300000000', '0.00000002'),
  ],
};

/** Written as months go by, so that what belongs to one organization is spread over the tables as it is in life. */
const FILL = [
  `INSERT INTO organizations (id, name) SELECT gen_random_uuid(), 'Bench' FROM generate_series(1, $ORGANIZATIONS)`,
  `INSERT INTO billing_periods (tenant_id, starts_at, ends_at, price_version_id, closed_at, included)
   SELECT organization.id, month, month + interval '1 month', price.id, month + interval '1 month 1 hour', '{}'
   FROM generate_series(date_trunc('month', now()) - interval '${MONTHS} months', date_trunc('month', now()) - interval '1 month', interval '1 month') AS month
   CROSS JOIN organizations organization
   CROSS JOIN (SELECT id FROM price_versions WHERE plan_key = 'pro' AND currency = 'usd' ORDER BY version DESC LIMIT 1) price
   WHERE organization.name = 'Bench' ORDER BY month`,
  `INSERT INTO usage_rollups (tenant_id, granularity, bucket_start, meter_key, project_id, api_key_id, deployment_id, device_class, price_version_id, quantity, events)
   SELECT tenant_id, 'period', starts_at, meter, tenant_id, tenant_id, tenant_id, class, price_version_id, floor(exp(most * random())), 1
   FROM billing_periods CROSS JOIN (VALUES ('recommendation_requests', '', 15), ('interactions_ingested', '', 19), ('training_seconds', 'cpu', 11),
     ('stored_interactions', '', 21)) AS used (meter, class, most) ORDER BY starts_at`,
  `INSERT INTO invoices (tenant_id, id, number, status, currency, period_start, period_end, plan_name, billed_to, total_minor, created_at, issued_at)
   SELECT tenant_id, gen_random_uuid(), gen_random_uuid()::text, 'open', 'usd', starts_at, ends_at, 'Pro', 'Bench', 0, closed_at, closed_at
   FROM billing_periods ORDER BY starts_at`,
  `INSERT INTO invoice_lines (tenant_id, invoice_id, position, kind, period_start, period_end, price_version_id, meter_key, quantity, amount_minor, rated)
   SELECT invoice.tenant_id, invoice.id, place, kind::invoice_line_kind, period_start, period_end, line.price, line.meter, line.quantity, line.amount,
     jsonb_build_object('kind', kind, 'plan', 'Pro', 'meter', line.meter, 'tiers', '[]'::jsonb, 'amount', '12.34', 'scheme', 'per_unit', 'quantity', '123456',
       'allowance', '100000', 'unitAmount', '0.0002', 'description', 'Recommendation requests, Pro plan', 'deviceClass', '', 'packageSize', null,
       'priceVersionId', line.price, 'includedQuantity', '100000')
   FROM (
     SELECT tenant_id, bucket_start, row_number() OVER (PARTITION BY tenant_id, bucket_start) AS place, 'meter' AS kind, used.price_version_id AS price,
       meter_key AS meter, quantity, round(100 * greatest(quantity - included_quantity, 0) * unit_amount) AS amount
     FROM usage_rollups used JOIN meter_prices USING (price_version_id, meter_key) WHERE meter_prices.device_class = ''
     UNION ALL SELECT tenant_id, starts_at, 0, 'plan', price_version_id, '', 1, monthly_fee_minor
     FROM billing_periods JOIN price_versions ON price_versions.id = price_version_id) line
   JOIN invoices invoice ON invoice.tenant_id = line.tenant_id AND invoice.period_start = line.bucket_start
   ORDER BY period_start, invoice.id, place`,
  'VACUUM ANALYZE billing_periods, usage_rollups, invoices, invoice_lines',
];
