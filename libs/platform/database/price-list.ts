import { readFileSync } from 'node:fs';
import type pg from 'pg';
import { uuidv7 } from 'uuidv7';
import { z } from 'zod';

const keySchema = z.string().regex(/^[a-z][a-z0-9_]*$/, 'lower-case words, joined by _');
/** Whole, and what numeric(20, 6) holds. */
const quantitySchema = z.int().min(0).lt(1e14);
const countSchema = z.int32().min(1);

const priceSchema = z.strictObject({
  currency: z.string().regex(/^[a-z]{3}$/, 'ISO 4217, lower case'),
  /** In the currency's smallest unit. */
  monthlyFeeMinor: z.int().min(0),
  meters: z.array(
    z.strictObject({
      meter: keySchema,
      /** Empty: every class without a price of its own. */
      deviceClass: z.string().default(''),
      includedQuantity: quantitySchema,
      /** Text, as the numbers of JSON are not exact. */
      unitAmount: z.string().regex(/^\d{1,8}(\.\d{1,12})?$/, 'a decimal as text, such as "0.0002"'),
    }),
  ),
});

const planSchema = z.strictObject({
  key: keySchema,
  name: z.string().min(1),
  requestsPerSecond: countSchema,
  requestsBurst: countSchema,
  trainingPool: z.string().min(1),
  trainingWeight: countSchema,
  trainingJobsMax: countSchema,
  trainingSecondsMax: countSchema,
  quotas: z.record(keySchema, quantitySchema),
  price: priceSchema,
});

/** Meters and plans stand in the order in which they are shown. */
const priceListSchema = z
  .strictObject({
    meters: z.array(z.strictObject({ key: keySchema, unit: z.string().min(1), description: z.string().min(1) })),
    plans: z.array(planSchema),
  })
  .superRefine(({ meters, plans }, context) => {
    const refuse = (names: string[], message: string, path: (string | number)[]) => {
      for (const name of names) context.addIssue({ code: 'custom', message: `${name} ${message}`, path });
    };
    const known = new Set(meters.map((meter) => meter.key));
    refuse(repeated(meters.map((meter) => meter.key)), 'is there twice', ['meters']);
    refuse(repeated(plans.map((plan) => plan.key)), 'is there twice', ['plans']);
    plans.forEach(({ price }, index) => {
      const path = ['plans', index, 'price', 'meters'];
      const unknown = price.meters.map(({ meter }) => meter).filter((meter) => !known.has(meter));
      refuse(unknown, 'is none of the meters', path);
      const priced = price.meters.map(({ meter, deviceClass }) => [meter, deviceClass].filter(Boolean).join(' '));
      refuse(repeated(priced), 'has two prices', path);
    });
  });

export type PriceList = z.infer<typeof priceListSchema>;
type Plan = PriceList['plans'][number];

/** @throws Error naming the file, what is wrong in it, and where */
export function readPriceList(file: string): PriceList {
  try {
    const { data, error } = priceListSchema.safeParse(JSON.parse(readFileSync(file, 'utf8')));
    if (error) throw new Error(z.prettifyError(error));
    return data;
  } catch (error) {
    throw new Error(
      `The price list ${file} cannot be used: mend it and start again; nothing was applied.\n${(error as Error).message}`,
      { cause: error },
    );
  }
}

/**
 * Makes the database offer what the list says, in the caller's transaction; where they agree, nothing is written.
 *
 * A price that differs from the plan's newest becomes its next version, as those who subscribed before keep theirs. Meters and plans that
 * the list no longer names stay as they are, on offer too: ledger and subscriptions refer to them.
 */
export async function applyPriceList(client: pg.Client, { meters, plans }: PriceList): Promise<void> {
  const meterRows = meters.map((meter, index) => ({ ...meter, position: index + 1 }));
  await upsert(client, 'meters', ['key'], meterRows);
  await upsert(client, 'plans', ['key'], plans.map(planRow));
  for (const plan of plans) {
    await setQuotas(client, plan);
    await addPriceVersion(client, plan);
  }
}

function planRow(plan: Plan, index: number) {
  return {
    key: plan.key,
    name: plan.name,
    position: index + 1,
    requests_per_second: plan.requestsPerSecond,
    requests_burst: plan.requestsBurst,
    training_pool: plan.trainingPool,
    training_weight: plan.trainingWeight,
    training_jobs_max: plan.trainingJobsMax,
    training_seconds_max: plan.trainingSecondsMax,
  };
}

async function setQuotas(client: pg.Client, plan: Plan): Promise<void> {
  const rows = Object.entries(plan.quotas).map(([resource, quantity]) => ({ plan_key: plan.key, resource, quantity }));
  await client.query('DELETE FROM plan_quotas WHERE plan_key = $1 AND resource <> ALL ($2)', [
    plan.key,
    Object.keys(plan.quotas),
  ]);
  await upsert(client, 'plan_quotas', ['plan_key', 'resource'], rows);
}

/** Inserts the rows, and updates those that are there and differ. */
async function upsert(client: pg.Client, table: string, keys: string[], rows: object[]): Promise<void> {
  if (rows.length === 0) return;
  const columns = Object.keys(rows[0]!);
  const others = columns.filter((column) => !keys.includes(column));
  const of = (row: string) => `ROW (${others.map((column) => `${row}.${column}`).join()})`;
  await client.query(
    `INSERT INTO ${table} AS known (${columns.join()})
     SELECT ${columns.join()} FROM jsonb_populate_recordset(NULL::${table}, $1)
     ON CONFLICT (${keys.join()}) DO UPDATE SET (${others.join()}) = ${of('excluded')}
     WHERE ${of('known')} IS DISTINCT FROM ${of('excluded')}`,
    [JSON.stringify(rows)],
  );
}

const ADD_PRICE_VERSION = `
  WITH latest AS (SELECT * FROM price_versions WHERE plan_key = $2 ORDER BY version DESC LIMIT 1),
    known AS (SELECT meter_key, device_class, included_quantity, unit_amount FROM meter_prices
      WHERE price_version_id = (SELECT id FROM latest)),
    listed AS (SELECT meter_key, device_class, included_quantity, unit_amount FROM jsonb_populate_recordset(NULL::meter_prices, $5))
  INSERT INTO price_versions (id, plan_key, version, currency, monthly_fee_minor)
  SELECT $1, $2, coalesce((SELECT version FROM latest), 0) + 1, $3, $4
  WHERE NOT EXISTS (SELECT FROM latest WHERE currency = $3 AND monthly_fee_minor = $4)
    OR EXISTS (TABLE listed EXCEPT TABLE known) OR EXISTS (TABLE known EXCEPT TABLE listed)`;

async function addPriceVersion(client: pg.Client, { key, price }: Plan): Promise<void> {
  const id = uuidv7();
  const meters = JSON.stringify(
    price.meters.map(({ meter, deviceClass, includedQuantity, unitAmount }) => ({
      price_version_id: id,
      meter_key: meter,
      device_class: deviceClass,
      included_quantity: includedQuantity,
      unit_amount: unitAmount,
    })),
  );
  const { rowCount } = await client.query(ADD_PRICE_VERSION, [id, key, price.currency, price.monthlyFeeMinor, meters]);
  if (rowCount === 0) return;
  await client.query('INSERT INTO meter_prices SELECT * FROM jsonb_populate_recordset(NULL::meter_prices, $1)', [
    meters,
  ]);
}

function repeated(names: string[]): string[] {
  return [...new Set(names.filter((name, index) => names.indexOf(name) !== index))];
}
