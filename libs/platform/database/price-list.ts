import { readFileSync } from 'node:fs';
import type pg from 'pg';
import { uuidv7 } from 'uuidv7';
import { z } from 'zod';

/** On which organizations are before and after they pay. */
export const FREE_PLAN = 'free';

/** `MeterPrice` of libs/features/billing says what each means. */
export const SCHEMES = ['per_unit', 'package', 'graduated', 'volume'] as const;
const keySchema = z.string().regex(/^[a-z][a-z0-9_]*$/, 'lower-case words, joined by _');
/** Whole, and what numeric(20, 6) holds. */
const quantitySchema = z.int().min(0).lt(1e14);
const countSchema = z.int32().min(1);

const currencySchema = z.string().regex(/^[a-z]{3}$/, 'ISO 4217, lower case');
/** Text, as the numbers of JSON are not exact; in the currency's main unit. */
const amountSchema = z.record(
  currencySchema,
  z.string().regex(/^\d{1,8}(\.\d{1,12})?$/, 'a decimal as text, such as "0.0002"'),
);
/** In each currency's smallest unit: cents, and whole yen. */
const minorSchema = z.record(currencySchema, z.int().min(0));

const meterPriceSchema = z
  .strictObject({
    meter: keySchema,
    /** Empty: every class without a price of its own. */
    deviceClass: z.string().default(''),
    includedQuantity: quantitySchema,
    scheme: z.enum(SCHEMES).default('per_unit'),
    /** Of a unit, or of a package. */
    unitAmount: amountSchema.optional(),
    packageSize: quantitySchema.min(1).optional(),
    /** Of units beyond those included that are more than `from`. */
    tiers: z
      .array(z.strictObject({ from: quantitySchema, unitAmount: amountSchema, flatAmount: amountSchema.optional() }))
      .optional(),
  })
  .superRefine(({ scheme, unitAmount, packageSize, tiers }, context) => {
    const refuse = (message: string) => context.addIssue({ code: 'custom', message });
    const hasTiers = scheme === 'graduated' || scheme === 'volume';
    if (hasTiers !== Boolean(tiers?.length))
      refuse('tiers belong to the schemes graduated and volume, and to no other');
    if (hasTiers === Boolean(unitAmount))
      refuse('unitAmount belongs to the schemes per_unit and package, and to no other');
    if ((scheme === 'package') !== Boolean(packageSize))
      refuse('packageSize belongs to the scheme package, and to no other');
    if (tiers?.some(({ from }, index) => (index === 0 ? from !== 0 : from <= tiers[index - 1]!.from)))
      refuse('the first tier is from 0, and each other from more than the one before');
  });

const priceSchema = z.strictObject({
  monthlyFeeMinor: minorSchema,
  commitmentMinor: minorSchema.optional(),
  trialDays: z.int().min(0).max(730).default(0),
  meters: z.array(meterPriceSchema),
});
type Price = z.infer<typeof priceSchema>;

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
    const free = plans.find(({ key }) => key === FREE_PLAN);
    if (!free) refuse([FREE_PLAN], 'is none of the plans, and is what everybody begins and ends with', ['plans']);
    plans.forEach(({ price }, index) => {
      const sold = Object.keys(price.monthlyFeeMinor);
      const notFree = sold.filter((currency) => free && !(currency in free.price.monthlyFeeMinor));
      refuse(notFree, `is no currency of ${FREE_PLAN}, to which every plan goes back`, ['plans', index, 'price']);
      const path = ['plans', index, 'price', 'meters'];
      const unknown = price.meters.map(({ meter }) => meter).filter((meter) => !known.has(meter));
      refuse(unknown, 'is none of the meters', path);
      const priced = price.meters.map(({ meter, deviceClass }) => [meter, deviceClass].filter(Boolean).join(' '));
      refuse(repeated(priced), 'has two prices', path);
      for (const amounts of moneyOf(price)) {
        const lacking = sold.filter((currency) => !(currency in amounts));
        refuse(lacking, 'has a monthly fee, but not every other amount', ['plans', index, 'price']);
        refuse(
          Object.keys(amounts).filter((currency) => !sold.includes(currency)),
          'has an amount, but no monthly fee',
          ['plans', index, 'price'],
        );
      }
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
 * A price that differs from the plan's newest listed one in its currency becomes its next version, as those who subscribed before keep theirs. One that
 * an operator has published meanwhile stays on offer until the list says something new. Meters and plans that the list no longer names stay as they
 * are, on offer too: ledger and subscriptions refer to them.
 */
export async function applyPriceList(client: pg.Client, { meters, plans }: PriceList): Promise<void> {
  const meterRows = meters.map((meter, index) => ({ ...meter, position: index + 1 }));
  await upsert(client, 'meters', ['key'], meterRows);
  await upsert(client, 'plans', ['key'], plans.map(planRow));
  for (const plan of plans) {
    await setQuotas(client, plan);
    for (const currency of Object.keys(plan.price.monthlyFeeMinor)) await addPriceVersion(client, plan, currency);
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

/** Every map of amounts by currency. */
function moneyOf({ monthlyFeeMinor, commitmentMinor, meters }: Price): Record<string, unknown>[] {
  const ofMeters = meters.flatMap(({ unitAmount, tiers = [] }) => [
    unitAmount,
    ...tiers.flatMap((tier) => [tier.unitAmount, tier.flatAmount]),
  ]);
  return [monthlyFeeMinor, commitmentMinor, ...ofMeters].filter((amounts) => amounts !== undefined);
}

/** What is listed as rows, with the newest version that was listed: each price with its tiers on one line, so that two lists compare as sets. */
const ADD_PRICE_VERSION = `
  WITH latest AS (SELECT * FROM price_versions version WHERE plan_key = $2 AND currency = $3
      AND NOT EXISTS (SELECT FROM price_publications WHERE price_version_id = version.id) ORDER BY version DESC LIMIT 1),
    known AS (SELECT meter_key, device_class, included_quantity, scheme, package_size, unit_amount, (
        SELECT array_agg((from_quantity, tier.unit_amount, flat_amount)::text ORDER BY from_quantity) FROM meter_price_tiers tier
        WHERE (tier.price_version_id, tier.meter_key, tier.device_class) = (price.price_version_id, price.meter_key, price.device_class))
      FROM meter_prices price WHERE price_version_id = (SELECT id FROM latest)),
    listed AS (SELECT meter_key, device_class, included_quantity, scheme, package_size, unit_amount, (
        SELECT array_agg((from_quantity, tier.unit_amount, flat_amount)::text ORDER BY from_quantity)
        FROM jsonb_populate_recordset(NULL::meter_price_tiers, $8) tier
        WHERE (tier.meter_key, tier.device_class) = (price.meter_key, price.device_class))
      FROM jsonb_populate_recordset(NULL::meter_prices, $7) price)
  INSERT INTO price_versions (id, plan_key, version, currency, monthly_fee_minor, commitment_minor, trial_days)
  SELECT $1, $2, coalesce((SELECT max(version) FROM price_versions WHERE plan_key = $2 AND currency = $3), 0) + 1, $3, $4, $5, $6
  WHERE NOT EXISTS (SELECT FROM latest WHERE monthly_fee_minor = $4 AND commitment_minor = $5 AND trial_days = $6)
    OR EXISTS (TABLE listed EXCEPT TABLE known) OR EXISTS (TABLE known EXCEPT TABLE listed)`;

async function addPriceVersion(client: pg.Client, { key, price }: Plan, currency: string): Promise<void> {
  const id = uuidv7();
  const { monthlyFeeMinor, commitmentMinor, trialDays } = price;
  const ofMeter = (meter: string, deviceClass: string) => ({
    price_version_id: id,
    meter_key: meter,
    device_class: deviceClass,
  });
  const meters = price.meters.map(({ meter, deviceClass, includedQuantity, scheme, unitAmount, packageSize }) => ({
    ...ofMeter(meter, deviceClass),
    included_quantity: includedQuantity,
    scheme,
    package_size: packageSize ?? null,
    unit_amount: unitAmount?.[currency] ?? 0,
  }));
  const tiers = price.meters.flatMap(({ meter, deviceClass, tiers: ofPrice = [] }) =>
    ofPrice.map(({ from, unitAmount, flatAmount }) => ({
      ...ofMeter(meter, deviceClass),
      from_quantity: from,
      unit_amount: unitAmount[currency],
      flat_amount: flatAmount?.[currency] ?? 0,
    })),
  );
  const rows = [JSON.stringify(meters), JSON.stringify(tiers)];
  const { rowCount } = await client.query(ADD_PRICE_VERSION, [
    id,
    key,
    currency,
    monthlyFeeMinor[currency],
    commitmentMinor?.[currency] ?? 0,
    trialDays,
    ...rows,
  ]);
  if (rowCount === 0) return;
  for (const [index, table] of ['meter_prices', 'meter_price_tiers'].entries())
    await client.query(`INSERT INTO ${table} SELECT * FROM jsonb_populate_recordset(NULL::${table}, $1)`, [
      rows[index],
    ]);
}

function repeated(names: string[]): string[] {
  return [...new Set(names.filter((name, index) => names.indexOf(name) !== index))];
}
