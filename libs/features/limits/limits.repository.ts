import { Injectable } from '@nestjs/common';
import { kinds, kindsWhere } from '../../models/kinds/kinds.js';
import { CHANNEL } from '../../platform/changes/changes.js';
import { CLOCK_NOW } from '../../platform/clock/clock.js';
import type { Sql, Transaction } from '../../platform/database/database.js';
import type { Prisma } from '../../platform/database/generated/client.js';
import { Decimal } from '../../platform/decimal.js';
import type { MeteredCall } from '../usage/index.js';
import type { Limit, PutLimit } from './limits.schema.js';
import type { Bound, Caller, MeterPrice, RateScope, Used } from './remaining.js';

/** The plan of a tenant and what bounds it, without what was used. */
export interface Terms {
  planName: string;
  currency: string;
  priceVersionId: string;
  anchorAt: Date;
  /** Of who does not pay; null of all others. */
  overdueStage: 'grace' | 'restricted' | 'read_only' | null;
  requestsPerSecond: number;
  requestsBurst: number;
  bounds: Bound[];
  prices: MeterPrice[];
  /** Of the customer's own. */
  rates: { scope: Bound['scope']; scopeId: string; perSecond: number; burst: number }[];
}

export interface Lease {
  id: string;
  nodeId: string;
  caller: Caller;
  meter: string;
  periodStart: Date;
}

type UsedRow = Omit<Used, 'quantity'> & { quantity: string };

interface TermsRow {
  planName: string;
  currency: string;
  priceVersionId: string;
  anchorAt: Date;
  overdueStage: Terms['overdueStage'];
  requestsPerSecond: number;
  requestsBurst: number;
  quotas: { resource: string; quantity: string; isOverride: boolean }[];
  limits: {
    id: string;
    scope: Bound['scope'];
    scopeId: string;
    resource: string;
    quantity: string;
    burst: number | null;
  }[];
  prices: {
    meter: string;
    deviceClass: string;
    includedQuantity: string;
    scheme: MeterPrice['scheme'];
    unitAmount: string;
    packageSize: string | null;
    tiers: { from: string; unitAmount: string; flatAmount: string }[];
  }[];
}

/** Of the tenant $1, those that have not ended. */
const OVERRIDES = `plan_overrides WHERE tenant_id = $1::uuid AND (ends_at IS NULL OR ends_at > ${CLOCK_NOW})`;

const TERMS = `
  SELECT plan.name AS "planName", version.currency, version.id AS "priceVersionId",
    subscription.anchor_at AS "anchorAt", subscription.overdue_stage::text AS "overdueStage", plan.requests_per_second AS "requestsPerSecond", plan.requests_burst AS "requestsBurst",
    COALESCE((SELECT json_agg(json_build_object('resource', coalesce(override.resource, quota.resource),
        'quantity', coalesce(override.quantity, quota.quantity)::text, 'isOverride', override.id IS NOT NULL))
      FROM (SELECT * FROM plan_quotas WHERE plan_key = plan.key) quota
      FULL JOIN (SELECT * FROM ${OVERRIDES} AND kind = 'limit') override ON override.resource = quota.resource), '[]') AS quotas,
    COALESCE((SELECT json_agg(json_build_object('id', id, 'scope', scope, 'scopeId', scope_id, 'resource', resource, 'quantity', quantity::text, 'burst', burst))
      FROM limits WHERE tenant_id = $1::uuid), '[]') AS limits,
    COALESCE((SELECT json_agg(json_build_object('meter', meter_key, 'deviceClass', device_class, 'includedQuantity',
      coalesce((SELECT quantity FROM ${OVERRIDES} AND kind = 'included' AND resource = meter_key), included_quantity)::text,
      'scheme', scheme, 'unitAmount', unit_amount::text, 'packageSize', package_size::text, 'tiers', coalesce((
        SELECT json_agg(json_build_object('from', from_quantity::text, 'unitAmount', tier.unit_amount::text, 'flatAmount', flat_amount::text)
          ORDER BY from_quantity) FROM meter_price_tiers tier
        WHERE (tier.price_version_id, tier.meter_key, tier.device_class) = (price.price_version_id, price.meter_key, price.device_class)), '[]')))
      FROM meter_prices price WHERE price_version_id = version.id), '[]') AS prices
  FROM subscriptions subscription JOIN price_versions version ON version.id = subscription.price_version_id
  JOIN plans plan ON plan.key = version.plan_key WHERE subscription.tenant_id = $1::uuid`;

const METERED = `
  SELECT meter_key AS meter, device_class AS "deviceClass", rollup.project_id AS "projectId", COALESCE(key.lineage_id, rollup.api_key_id) AS "lineageId",
    sum(quantity)::text AS quantity
  FROM usage_rollups rollup LEFT JOIN api_keys key ON key.tenant_id = rollup.tenant_id AND key.id = rollup.api_key_id
  WHERE rollup.tenant_id = $1::uuid AND granularity = 'period' AND bucket_start = $2::timestamptz GROUP BY 1, 2, 3, 4
`;

const LEASED = `
  SELECT meter_key AS meter, '' AS "deviceClass", project_id AS "projectId", api_key_id AS "lineageId", sum(units)::text AS quantity FROM quota_leases
  WHERE tenant_id = $1::uuid AND period_start = $2::timestamptz AND units > 0 GROUP BY 1, 2, 3, 4`;

const EXTEND_LEASE = `
  INSERT INTO quota_leases AS lease (tenant_id, id, node_id, project_id, api_key_id, meter_key, period_start, units)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
  ON CONFLICT (tenant_id, id) DO UPDATE SET units = lease.units + excluded.units, period_start = excluded.period_start`;

// In the order of the key, so that two writers of the same rows wait for each other rather than lock each other out.
const SETTLE_LEASES = `
  WITH spent AS (SELECT tenant_id, id, sum(units) AS units
      FROM unnest($1::uuid[], $2::uuid[], $3::bigint[]) AS spent (tenant_id, id, units) GROUP BY 1, 2),
    held AS (SELECT lease.tenant_id, lease.id FROM quota_leases lease JOIN spent USING (tenant_id, id) ORDER BY 1, 2 FOR UPDATE OF lease)
  UPDATE quota_leases lease SET units = greatest(lease.units - spent.units, 0)
  FROM held JOIN spent USING (tenant_id, id) WHERE lease.tenant_id = held.tenant_id AND lease.id = held.id`;

const SEED_BUCKETS = `
  INSERT INTO rate_buckets (tenant_id, scope, scope_id, tokens, granted, refilled_at)
  SELECT tenant_id, scope, scope_id, burst, 0, clock_timestamp()
  FROM unnest($1::uuid[], $2::limit_scope[], $3::uuid[], $4::float8[]) AS seed (tenant_id, scope, scope_id, burst)
  ORDER BY 1, 2, 3 ON CONFLICT DO NOTHING`;

const DRAW = `
  WITH wanted AS (SELECT * FROM unnest($1::uuid[], $2::limit_scope[], $3::uuid[], $4::float8[], $5::float8[], $6::float8[])
      AS wanted (tenant_id, scope, scope_id, burst, per_second, tokens)),
    held AS (SELECT bucket.* FROM rate_buckets bucket JOIN wanted USING (tenant_id, scope, scope_id) ORDER BY 1, 2, 3 FOR UPDATE OF bucket),
    filled AS (SELECT held.tenant_id, held.scope, held.scope_id, wanted.tokens AS wanted,
        least(wanted.burst, held.tokens + wanted.per_second * greatest(extract(epoch FROM clock_timestamp() - held.refilled_at), 0)) AS tokens
      FROM held JOIN wanted USING (tenant_id, scope, scope_id))
  UPDATE rate_buckets bucket SET granted = floor(least(filled.wanted, filled.tokens)),
    tokens = filled.tokens - floor(least(filled.wanted, filled.tokens)), refilled_at = clock_timestamp()
  FROM filled WHERE (bucket.tenant_id, bucket.scope, bucket.scope_id) = (filled.tenant_id, filled.scope, filled.scope_id)
  RETURNING bucket.scope || '/' || bucket.scope_id AS key, bucket.granted, bucket.tokens`;

/** What a plan may bound the number of, and how it is counted within a tenant's transaction; `period_start` is the billing period's. */
const THINGS = {
  projects: 'SELECT count(*)::float8 FROM projects',
  data_sets: 'SELECT count(*)::float8 FROM data_sets',
  models: 'SELECT count(*)::float8 FROM models',
  model_versions: 'SELECT count(*)::float8 FROM model_versions',
  deployments: 'SELECT count(*)::float8 FROM deployments',
  api_keys:
    'SELECT count(*)::float8 FROM api_keys WHERE revoked_at IS NULL AND (expires_at IS NULL OR expires_at > now())',
  training_jobs: 'SELECT count(*)::float8 FROM training_jobs WHERE created_at >= period_start',
  // Uploads until their import ends, those on their way as they were announced, what imports hold, and artifacts.
  bytes_stored: `SELECT (coalesce((SELECT sum(content_bytes + CASE WHEN status IN ('queued', 'running') THEN upload_bytes ELSE 0 END) FROM imports), 0)
    + coalesce((SELECT sum(bytes) FROM uploads WHERE import_id IS NULL AND expires_at > now()), 0)
    + coalesce((SELECT sum(artifact_bytes + report_bytes) FROM model_versions), 0))::float8`,
} as const;

export type Thing = keyof typeof THINGS;

/** Whether a plan may bound the number of such things. */
export function isCounted(resource: string): boolean {
  return Object.hasOwn(counts(), resource);
}

/** Those, and the rows held of each kind of data that has a quota. */
function counts(): Record<string, string> {
  const rows = Object.entries(
    Object.groupBy(
      kindsWhere(({ quota }) => quota),
      (key) => kinds[key].quota!,
    ),
  );
  const held = rows.map(([quota, keys]) => [
    quota,
    `SELECT coalesce(sum(coalesce(rows_held, rows_accepted, 0) + (SELECT count(*) FROM added_rows WHERE data_set_id = data_sets.id)
       + coalesce((SELECT rows FROM live_interaction_counts WHERE data_set_id = data_sets.id), 0)), 0)::float8
     FROM data_sets LEFT JOIN imports ON imports.id = current_import_id
     WHERE kind IN (${keys!.map((key) => `'${key}'`).join(', ')})`,
  ]);
  return { ...THINGS, ...Object.fromEntries(held) };
}

export interface Draw {
  tenantId: string;
  scope: RateScope;
  scopeId: string;
  burst: number;
  perSecond: number;
  tokens: number;
}

@Injectable()
export class LimitsRepository {
  async findTerms(sql: Sql, tenantId: string): Promise<Terms> {
    const [row] = await sql.rows<TermsRow>(TERMS, [tenantId]);
    const { quotas, limits, prices, ...plan } = row!;
    const ofPlan = { setBy: 'plan', limitId: null, scope: 'organization', scopeId: tenantId } as const;
    return {
      ...plan,
      bounds: [
        ...quotas.map(({ resource, quantity, isOverride }) => {
          return { ...ofPlan, resource, quantity: new Decimal(quantity), isOverride };
        }),
        ...limits
          .filter(({ burst }) => burst === null)
          .map(({ id: limitId, scope, scopeId, resource, quantity }) => {
            return { setBy: 'customer' as const, limitId, scope, scopeId, resource, quantity: new Decimal(quantity) };
          }),
      ],
      rates: limits
        .filter(({ burst }) => burst !== null)
        .map(({ scope, scopeId, quantity, burst }) => ({ scope, scopeId, perSecond: Number(quantity), burst: burst! })),
      prices: prices.map(({ includedQuantity, unitAmount, packageSize, tiers, ...price }) => ({
        ...price,
        includedQuantity: new Decimal(includedQuantity),
        unitAmount: new Decimal(unitAmount),
        packageSize: packageSize === null ? null : new Decimal(packageSize),
        tiers: tiers.map((tier) => ({
          from: new Decimal(tier.from),
          unitAmount: new Decimal(tier.unitAmount),
          flatAmount: new Decimal(tier.flatAmount),
        })),
      })),
    };
  }

  /** What the ledger holds of a billing period. */
  async findMetered(sql: Sql, tenantId: string, periodStart: Date): Promise<Used[]> {
    const rows = await sql.rows<UsedRow>(METERED, [tenantId, periodStart.toISOString()]);
    return rows.map(toUsed);
  }

  /** What the ledger holds and what processes have leased. In one snapshot, as a drain moves units from there to here. */
  async findUsed(sql: Sql, tenantId: string, periodStart: Date): Promise<Used[]> {
    const rows = await sql.rows<UsedRow>(`${METERED} UNION ALL ${LEASED}`, [tenantId, periodStart.toISOString()]);
    return rows.map(toUsed);
  }

  /** One decision about what a tenant has left at a time, until the transaction ends. */
  async lockTenant(sql: Sql, tenantId: string): Promise<void> {
    await sql.run('SELECT pg_advisory_xact_lock(hashtextextended($1, 1))', [tenantId]);
  }

  async extendLease(sql: Sql, { id, nodeId, caller, meter, periodStart }: Lease, units: number): Promise<void> {
    const { tenantId, projectId, lineageId } = caller;
    await sql.run(EXTEND_LEASE, [tenantId, id, nodeId, projectId, lineageId, meter, periodStart.toISOString(), units]);
  }

  /** Takes from leases what calls spent of them, as it goes into the ledger. */
  async settleLeases(sql: Sql, calls: readonly MeteredCall[]): Promise<void> {
    const spent = calls.flatMap(({ tenantId, uses }) =>
      uses.filter(({ leaseId }) => leaseId).map((use) => ({ tenantId, ...use })),
    );
    if (spent.length === 0) return;
    await sql.run(SETTLE_LEASES, [
      spent.map(({ tenantId }) => tenantId),
      spent.map(({ leaseId }) => leaseId),
      spent.map(({ quantity }) => quantity),
    ]);
  }

  /** Gives back what a lease has left. */
  async shrinkLease(sql: Sql, tenantId: string, id: string, units: number): Promise<void> {
    await sql.run('UPDATE quota_leases SET units = greatest(units - $3, 0) WHERE tenant_id = $1 AND id = $2', [
      tenantId,
      id,
      units,
    ]);
  }

  /** Whether other processes hold units of the meter, which they might give back. */
  async isHeldElsewhere(sql: Sql, tenantId: string, meter: string, nodeId: string): Promise<boolean> {
    const rows = await sql.rows(
      'SELECT FROM quota_leases WHERE tenant_id = $1 AND meter_key = $2 AND node_id <> $3 AND units > 0 LIMIT 1',
      [tenantId, meter, nodeId],
    );
    return rows.length > 0;
  }

  /** Asks the other processes to give back what they have leased for the tenant and do not need this moment. */
  async recallLeases(sql: Sql, tenantId: string, nodeId: string): Promise<void> {
    await sql.run('SELECT pg_notify($1, $2)', [
      CHANNEL,
      JSON.stringify({ table: 'quota_leases', tenantId, id: nodeId }),
    ]);
  }

  /** @param isBusy whether calls came in since the last beat */
  async beat(sql: Sql, nodeId: string, host: string, isBusy: boolean): Promise<void> {
    await sql.run(
      `INSERT INTO api_nodes AS node (id, seen_at, host, busy_at) VALUES ($1, now(), $2, CASE WHEN $3 THEN now() END)
       ON CONFLICT (id) DO UPDATE SET seen_at = now(), host = excluded.host, busy_at = coalesce(excluded.busy_at, node.busy_at)`,
      [nodeId, host, isBusy],
    );
  }

  /** Whether an API process of the host was called within the last seconds. */
  async isServing(sql: Sql, host: string, seconds: number): Promise<boolean> {
    const rows = await sql.rows(
      'SELECT FROM api_nodes WHERE host = $1 AND busy_at > now() - make_interval(secs => $2) LIMIT 1',
      [host, seconds],
    );
    return rows.length > 0;
  }

  /** Ends the leases of processes that were silent for so long, and those that hold nothing any more. */
  async reap(sql: Sql, silentSeconds: number): Promise<void> {
    await sql.run(
      `DELETE FROM quota_leases WHERE node_id NOT IN (SELECT id FROM api_nodes WHERE seen_at > now() - make_interval(secs => $1))
         OR (units = 0 AND created_at < now() - interval '1 day')`,
      [silentSeconds],
    );
    await sql.run(`DELETE FROM api_nodes WHERE seen_at < now() - make_interval(secs => $1)`, [2 * silentSeconds]);
  }

  /** Ends a process whose usage is all in the ledger. */
  async endNode(sql: Sql, nodeId: string): Promise<void> {
    await sql.run('DELETE FROM quota_leases WHERE node_id = $1', [nodeId]);
    await sql.run('DELETE FROM api_nodes WHERE id = $1', [nodeId]);
  }

  /** Takes tokens out of buckets, as many of each as there are; by `scope/scopeId`, with what is left. */
  async draw(sql: Sql, draws: Draw[]): Promise<Map<string, { granted: number; tokens: number }>> {
    const ids = [
      draws.map((draw) => draw.tenantId),
      draws.map((draw) => draw.scope),
      draws.map((draw) => draw.scopeId),
    ];
    const bursts = draws.map((draw) => draw.burst);
    const amounts = [draws.map((draw) => draw.perSecond), draws.map((draw) => draw.tokens)];
    const drawn = () => sql.rows<{ key: string; granted: number; tokens: number }>(DRAW, [...ids, bursts, ...amounts]);
    let rows = await drawn();
    if (rows.length < draws.length) {
      await sql.run(SEED_BUCKETS, [...ids, bursts]);
      const known = new Set(rows.map(({ key }) => key));
      const missing = draws.filter(({ scope, scopeId }) => !known.has(`${scope}/${scopeId}`));
      if (missing.length === draws.length) rows = await drawn();
      else return new Map([...rows.map((row) => [row.key, row] as const), ...(await this.draw(sql, missing))]);
    }
    return new Map(rows.map((row) => [row.key, row]));
  }

  async list(transaction: Transaction): Promise<Limit[]> {
    return (await transaction.limit.findMany({ orderBy: { id: 'asc' } })).map(toLimit);
  }

  /** Sets the limit of that scope and resource, which there is one of. */
  async find(
    transaction: Transaction,
    where: { id: string } | Pick<Limit, 'scope' | 'scopeId' | 'resource'>,
  ): Promise<Limit | null> {
    const row = await transaction.limit.findFirst({ where });
    return row && toLimit(row);
  }

  async put(
    transaction: Transaction,
    row: PutLimit & { tenantId: string; id: string; scopeId: string },
  ): Promise<Limit> {
    const { tenantId, scope, scopeId, resource, quantity, burst = null } = row;
    const where = { tenantId_scope_scopeId_resource: { tenantId, scope, scopeId, resource } };
    const create = { tenantId, id: row.id, scope, scopeId, resource, quantity, burst };
    return toLimit(await transaction.limit.upsert({ where, create, update: { quantity, burst } }));
  }

  async delete(transaction: Transaction, id: string): Promise<boolean> {
    return (await transaction.limit.deleteMany({ where: { id } })).count === 1;
  }

  /** Those on projects and keys that are to be no more. */
  async deleteOf(transaction: Transaction, scopeIds: string[]): Promise<void> {
    await transaction.limit.deleteMany({ where: { scope: { in: ['project', 'key'] }, scopeId: { in: scopeIds } } });
  }

  /** How many of each thing the tenant of the transaction has. */
  async countThings(transaction: Transaction, periodStart: Date): Promise<Record<string, number>> {
    const counted = Object.entries(counts()).map(([thing, sql]) => `(${sql}) AS "${thing}"`);
    const [row] = await transaction.$queryRawUnsafe<Record<string, number>[]>(
      `SELECT ${counted.join(', ')} FROM (SELECT $1::timestamptz AS period_start) AS given`,
      periodStart,
    );
    return row!;
  }

  /** @param resource a thing, or the quota of a kind of data */
  async countThing(transaction: Transaction, resource: string, periodStart: Date): Promise<number> {
    const [row] = await transaction.$queryRawUnsafe<{ count: number }[]>(
      `SELECT (${counts()[resource]}) AS count FROM (SELECT $1::timestamptz AS period_start) AS given`,
      periodStart,
    );
    return row!.count;
  }

  /** In the current import of one data set. */
  async countRows(transaction: Transaction, dataSetId: string): Promise<number> {
    const [row] = await transaction.$queryRaw<{ count: number }[]>`
      SELECT coalesce(sum(coalesce(rows_held, rows_accepted)), 0)::float8 AS count FROM data_sets JOIN imports ON imports.id = current_import_id
      WHERE data_sets.id = ${dataSetId}::uuid`;
    return row!.count;
  }

  /** What a limit of that project or key is kept under: the key's is its lineage's. Null where there is no such thing. */
  async findScope(transaction: Transaction, scope: 'project' | 'key', id: string): Promise<string | null> {
    if (scope === 'project') return (await transaction.project.findFirst({ where: { id } }))?.id ?? null;
    return (await transaction.apiKey.findFirst({ where: { id } }))?.lineageId ?? null;
  }

  /** What people call the project, or the newest key of the lineage, that a limit is kept under; null where it is gone. */
  async nameOfScope(transaction: Transaction, scope: 'project' | 'key', scopeId: string): Promise<string | null> {
    const found =
      scope === 'project'
        ? await transaction.project.findFirst({ where: { id: scopeId }, select: { name: true } })
        : await transaction.apiKey.findFirst({
            where: { lineageId: scopeId },
            orderBy: { id: 'desc' },
            select: { name: true },
          });
    return found?.name ?? null;
  }

  async isMeter(transaction: Transaction, key: string): Promise<boolean> {
    return (await transaction.meter.count({ where: { key } })) > 0;
  }

  /** Tenants with usage in the last minutes; requires a system transaction. */
  async listActiveTenants(sql: Sql, minutes: number): Promise<string[]> {
    const rows = await sql.rows<{ id: string }>(
      `SELECT DISTINCT tenant_id AS id FROM usage_rollups WHERE granularity = 'minute' AND bucket_start > now() - make_interval(mins => $1)`,
      [minutes],
    );
    return rows.map(({ id }) => id);
  }

  /** False where it was told before. */
  async addAlert(
    sql: Sql,
    tenantId: string,
    bound: Bound,
    periodStart: Date,
    threshold: number,
    used: Decimal,
  ): Promise<boolean> {
    const count = await sql.run(
      `INSERT INTO limit_alerts (tenant_id, scope, scope_id, resource, period_start, threshold, used, quantity)
       VALUES ($1::uuid, $2::limit_scope, $3::uuid, $4, $5::timestamptz, $6, $7::numeric, $8::numeric) ON CONFLICT DO NOTHING`,
      [
        tenantId,
        bound.scope,
        bound.scopeId,
        bound.resource,
        periodStart.toISOString(),
        threshold,
        used.toFixed(),
        bound.quantity.toFixed(),
      ],
    );
    return count === 1;
  }
}

function toUsed({ quantity, ...row }: UsedRow): Used {
  return { ...row, quantity: new Decimal(quantity) };
}

function toLimit(row: Prisma.LimitGetPayload<object>): Limit {
  const { id, scopeId, resource, quantity, burst } = row;
  const scope = row.scope as Limit['scope'];
  const times = { createdAt: row.createdAt.toISOString(), updatedAt: row.updatedAt.toISOString() };
  return { id, scope, scopeId, resource, quantity: new Decimal(quantity.toString()).toFixed(), burst, ...times };
}
