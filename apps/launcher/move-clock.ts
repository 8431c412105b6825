import { setTimeout as sleep } from 'node:timers/promises';
import { DateTime, Duration } from 'luxon';
import { CLOCK_QUERY, type ReadClock } from '../../libs/platform/clock/clock.js';
import type { Database } from '../../libs/platform/database/database.js';

/** Each process reads the clock once a second. */
const HEARD_MS = 1_500;
const POLL_MS = 50;
/** A connection that is kept may end in the very moment in which it is used again; to name a time twice is to name it once. */
const TRIES = 5;
const TRY_MS = 200;

/** What the local Stripe says of its time, in seconds since 1970. */
interface StripeClock {
  now: number;
  isMoving: boolean;
  undelivered: number;
  /** When something is due next. */
  nextDue: number | null;
}

/** `+30d`, `+2h`, `+15m`, or a moment by ISO 8601 with its zone. @throws Error for anything else */
export function readMoment(text: string, now: Date): Date {
  const [, count, unit] = /^\+(\d{1,5})([mhd])$/.exec(text) ?? [];
  const units = { m: 'minutes', h: 'hours', d: 'days' } as const;
  const moment = count
    ? DateTime.fromJSDate(now, { zone: 'utc' }).plus(
        Duration.fromObject({ [units[unit as keyof typeof units]]: Number(count) }),
      )
    : DateTime.fromISO(text, { setZone: true });
  if (!moment.isValid || (!count && !/(Z|[+-]\d\d:\d\d)$/.test(text)))
    throw new Error(`${text} is neither +30d, +2h or +15m nor a time such as 2027-01-31T00:00:00Z.`);
  return moment.toJSDate();
}

/**
 * Moves the platform and the local Stripe forward, to each moment on the way at which something is due at Stripe, whose events are heard before
 * time goes on, or at which subscribers are reminded of a new price. Killed in the middle it has come so far; run again it goes on.
 *
 * @param database with the owner's login
 * @param choose where to, by what the clock shows; left out, nothing is moved
 * @returns what the clock shows then
 * @throws Error for a moment that has passed, and where the local Stripe does not answer
 */
export async function moveClock(database: Database, stripeUrl: string, choose?: (now: Date) => Date): Promise<Date> {
  const read = async () => {
    const [{ nowMs, offsetMs }] = await database.system((transaction) =>
      transaction.$queryRawUnsafe<[ReadClock]>(CLOCK_QUERY),
    );
    return nowMs + offsetMs;
  };
  const nowMs = await read();
  if (!choose) return new Date(nowMs);
  const to = Math.ceil(choose(new Date(nowMs)).getTime() / 1_000);
  if (to * 1_000 <= nowMs) throw new Error('the clock only goes forward: name a later time than it shows.');
  for (;;) {
    const { nextDue, now } = await askStripe(stripeUrl);
    const nextReminder = await findReminder(database, now);
    const at = Math.min(to, ...[nextDue, nextReminder].filter((each) => each !== null && each > now).map(Number));
    // The platform first: what Stripe tells of has happened by then.
    await setPlatform(database, at);
    await sleep(HEARD_MS);
    if (at > now) await moveStripe(stripeUrl, at);
    // The worker has heard of the time, and tells them.
    if (at === nextReminder) await sleep(HEARD_MS);
    await untilSettled(stripeUrl);
    if (at === to) return new Date(await read());
  }
}

/** Never back, whoever else moves it. */
async function setPlatform(database: Database, at: number): Promise<void> {
  await database.system(async (transaction) => {
    // The programs' own roles may not move it.
    await transaction.$executeRaw`SET LOCAL ROLE NONE`;
    await transaction.$executeRaw`
      UPDATE clock SET offset_seconds = greatest(offset_seconds, ceil(${at}::float8 - extract(epoch FROM clock_timestamp()))::bigint)`;
  });
}

/** When the next subscriber is reminded of a new price, before which they do not go on with it, in seconds since 1970; null where nobody is. */
async function findReminder(database: Database, after: number): Promise<number | null> {
  const [row] = await database.system(
    (transaction) => transaction.$queryRaw<[{ at: number | null }]>`
      SELECT ceil(extract(epoch FROM min(due_at)))::float8 AS at FROM price_moves WHERE reminded_at IS NULL AND due_at > to_timestamp(${after})`,
  );
  return row.at;
}

async function untilSettled(stripeUrl: string): Promise<void> {
  for (;;) {
    const { isMoving, undelivered } = await askStripe(stripeUrl);
    if (!isMoving && undelivered === 0) return;
    await sleep(POLL_MS);
  }
}

/** The local Stripe's clock goes on by itself too: a moment that it has passed meanwhile is one that it has come to. */
export async function moveStripe(url: string, to: number): Promise<void> {
  const response = await call(url, {
    method: 'POST',
    body: JSON.stringify({ to }),
    headers: { 'content-type': 'application/json' },
  });
  if (response.status !== 400 && !response.ok)
    throw new Error(`the local Stripe at ${url} answered ${response.status}.`);
}

async function askStripe(url: string): Promise<StripeClock> {
  return (await (await call(url)).json()) as StripeClock;
}

async function call(url: string, init?: RequestInit): Promise<Response> {
  for (let tries = 1; tries <= TRIES; tries++) {
    const response = await fetch(`${url}/_clock`, init).catch(() => null);
    if (response) return response;
    await sleep(TRY_MS);
  }
  throw new Error(
    `no local Stripe answers at ${url}: start the installation with npm start, and set PORT as it is there.`,
  );
}
