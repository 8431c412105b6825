/**
 * `/kindred.js`, which a customer's pages load: sends what visitors do, and asks for recommendations. It stands in pages of others, so it
 * is small, brings nothing along, throws into nobody's page, and keeps what it has not yet delivered in the browser.
 *
 * Each event is an item of localStorage of its own, so that tabs that write at the same time lose none. A batch names events and the
 * Idempotency-Key that they are sent with, again and again until there is an answer: so whoever closes the page in the middle of it, and
 * comes back, sends nothing twice that counts twice.
 */

interface Options {
  /** A publishable key. */
  key: string;
  /** Id of the project. */
  project: string;
  /** Of the platform; where this script came from, when absent. */
  url?: string;
  /** Signed by the customer's server; of nobody when absent. */
  userToken?: string | null;
  /** Asks the customer's server for one, now and whenever the last has expired; nothing where nobody is logged in. */
  getUserToken?: () => Promise<string | null | undefined> | string | null | undefined;
  /** False where the visitor has not agreed: then nothing is stored, and nothing sent of them. */
  consent?: boolean;
}

interface Tracked {
  itemId: string;
  eventType?: string;
  value?: number;
  recommendationId?: string;
}

interface Asked {
  deployment: string;
  limit?: number;
  excludeSeen?: boolean;
  personalized?: boolean;
}

interface Batch {
  key: string;
  userId: string;
  ids: string[];
}

const EVENTS_OF_BATCH = 50;
/** A browser lets a page that is left go on sending so much, 64 KiB, of which others have a part. */
const CHARACTERS_OF_BATCH = 30_000;
const EVENTS_MAX = 1_000;
const DAY_MS = 86_400_000;
/** Later than that nobody learns from them what is wanted now. */
const KEPT_MS = 7 * DAY_MS;
/** The platform knows a batch again for a day. */
const BATCH_MS = 0.9 * DAY_MS;
const GATHER_MS = 1_000;
const WAIT_MAX_MS = 60_000;
const HEARD_MS = 1_000;
const ANSWER_MS = 15_000;

const source = (document.currentScript as HTMLScriptElement | null)?.src;
/** Of browsers that keep nothing. */
const memory = new Map<string, string>();

let options: Options | undefined;
let prefix = '';
let hasConsent = false;
let token: string | null | undefined;
/** Whose the token is. */
let user: string | undefined;
let isIdentified = false;
let timer: number | undefined;
let failures = 0;
/** Key of the batch that this page is sending. */
let sending: string | undefined;

function read(name: string): string | null | undefined {
  try {
    return localStorage.getItem(prefix + name) ?? memory.get(prefix + name);
  } catch {
    return memory.get(prefix + name);
  }
}

function write(name: string, text: string): void {
  try {
    localStorage.setItem(prefix + name, text);
  } catch {
    memory.set(prefix + name, text);
  }
}

function remove(name: string): void {
  memory.delete(prefix + name);
  try {
    localStorage.removeItem(prefix + name);
  } catch {}
}

/** What is kept under names that begin so, the oldest first. */
function namesOf(kind: string): string[] {
  let names = [...memory.keys()];
  try {
    names = [...names, ...Object.keys(localStorage)];
  } catch {}
  const start = prefix + kind;
  return names
    .filter((name) => name.startsWith(start))
    .map((name) => name.slice(prefix.length))
    .sort();
}

function warn(text: string): void {
  console.warn(`kindred: ${text}`);
}

/** A UUIDv7. */
function newId(): string {
  const time = Date.now().toString(16).padStart(12, '0');
  const random = Array.from(crypto.getRandomValues(new Uint8Array(9)), (byte) =>
    byte.toString(16).padStart(2, '0'),
  ).join('');
  return `${time.slice(0, 8)}-${time.slice(8)}-7${random.slice(0, 3)}-8${random.slice(3, 6)}-${random.slice(6)}`;
}

const ageOf = (id: string) => Date.now() - Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16);

function anonymousId(): string {
  let id = read('anonymous');
  if (!id) write('anonymous', (id = `anon:${newId()}`));
  return id;
}

function claimsOf(jwt: string): { sub?: string; exp?: number } {
  try {
    const text = atob(jwt.split('.')[1]!.replace(/-/g, '+').replace(/_/g, '/'));
    return JSON.parse(new TextDecoder().decode(Uint8Array.from(text, (character) => character.charCodeAt(0))));
  } catch {
    return {};
  }
}

function setToken(next: string | null | undefined): void {
  token = next;
  user = next ? claimsOf(next).sub : undefined;
  isIdentified = true;
}

function forgetToken(): void {
  token = user = undefined;
  isIdentified = false;
}

/** Asks for a token where there is none that is good for a while. */
async function identify(): Promise<void> {
  if (!options?.getUserToken) return;
  if (token && claimsOf(token).exp! * 1_000 > Date.now() + 30_000) return;
  setToken(await options.getUserToken());
}

/** Who is there, once that is known. */
const person = () => (isIdentified ? (user ?? anonymousId()) : undefined);

function post(path: string, body: object, userId: string | undefined, key?: string): Promise<Response> {
  return fetch((options!.url ?? new URL(source!).origin) + path, {
    method: 'POST',
    credentials: 'omit',
    // It is delivered where the page is left meanwhile.
    keepalive: true,
    signal: AbortSignal.timeout?.(ANSWER_MS),
    headers: {
      authorization: `Bearer ${options!.key}`,
      'content-type': 'application/json',
      ...(userId && userId === user && { 'kindred-user-token': token! }),
      ...(key && { 'idempotency-key': key }),
    },
    body: JSON.stringify(body),
  });
}

/** For how long no tab is to send, as the last answer or its absence says. */
function waitsMs(): number {
  const ms = Number(read('notBefore') || 0) - Date.now();
  // Unless the clock was set back.
  return ms > DAY_MS ? 0 : Math.max(0, ms);
}

/** What is to be sent next: the batch that nobody has answered yet, or a new one of the oldest events that are of one person. */
function nextBatch(): Batch | undefined {
  const isOurs = (userId: string | undefined) => userId && (userId === user || userId === read('anonymous'));
  const last = JSON.parse(read('batch') || 'null') as Batch | null;
  if (last && isOurs(last.userId) && ageOf(last.key) < BATCH_MS) return last;
  const ids: string[] = [];
  let [userId, characters] = [undefined as string | undefined, 0];
  for (const name of namesOf('event:')) {
    const id = name.slice(6);
    const text = read(name);
    if (!text || ageOf(id) > KEPT_MS) {
      remove(name);
      continue;
    }
    const { userId: kept } = JSON.parse(text) as { userId?: string };
    const of = kept === '' ? anonymousId() : (kept ?? person());
    if (!isOurs(of) || (userId && of !== userId)) continue;
    characters += text.length;
    if (ids.length === EVENTS_OF_BATCH || (ids.length > 0 && characters > CHARACTERS_OF_BATCH)) break;
    userId = of;
    ids.push(id);
  }
  if (!userId) return undefined;
  const batch = { key: newId(), userId, ids };
  write('batch', JSON.stringify(batch));
  return batch;
}

function end(batch: Batch): void {
  // First: what is still there then is sent in another batch, and known by its own id.
  remove('batch');
  for (const id of batch.ids) remove(`event:${id}`);
}

/** True where the next one may be sent at once. */
async function send(batch: Batch): Promise<boolean> {
  const interactions = batch.ids.flatMap((id) => {
    const text = read(`event:${id}`);
    return text ? [{ ...JSON.parse(text), userId: batch.userId, interactionId: id }] : [];
  });
  if (interactions.length === 0) {
    end(batch);
    return true;
  }
  sending = batch.key;
  let retryMs = 0;
  try {
    const answer = await post(
      `/v1/projects/${options!.project}/interactions`,
      { interactions },
      batch.userId,
      batch.key,
    );
    const body = await answer.json().catch(() => ({}));
    failures = answer.ok ? 0 : failures;
    if (answer.ok) {
      for (const { error } of body.results) if (error) warn(error);
      end(batch);
      return true;
    }
    if (/idempotency/.test(body.code)) {
      remove('batch');
    } else if (body.code === 'invalid_user_token') {
      // What is of them waits for a token that is good, and keeps nobody else's waiting.
      forgetToken();
      if (!options!.getUserToken) {
        warn(body.detail);
        return true;
      }
    } else if (answer.status < 500 && ![408, 429].includes(answer.status)) {
      warn(`${batch.ids.length} events were refused: ${body.detail ?? answer.status}`);
      end(batch);
      return true;
    }
    retryMs = 1_000 * Number(answer.headers.get('retry-after') ?? 0);
  } catch {
    // Nothing came back: whether anything arrived is not known.
  } finally {
    sending = undefined;
  }
  if (!hasConsent) return false;
  const backoffMs = Math.min(WAIT_MAX_MS, GATHER_MS * 2 ** failures++) * (0.5 + Math.random() / 2);
  const waitMs = Math.min(Math.max(backoffMs, retryMs || 0), DAY_MS);
  write('notBefore', String(Date.now() + waitMs));
  schedule(waitMs);
  return false;
}

/** Sends what there is, one tab at a time; ends when all is answered, or is to be sent later. */
async function flush(): Promise<void> {
  clearTimeout(timer);
  timer = undefined;
  if (!options || !hasConsent) return;
  const work = async () => {
    // Another tab may have been told to wait while this one waited for it.
    const waitMs = waitsMs();
    if (waitMs > 0) {
      schedule(waitMs);
      return;
    }
    // Without it what is of nobody yet waits.
    await identify().catch(() => schedule(WAIT_MAX_MS));
    for (let batch = nextBatch(); batch && hasConsent; batch = nextBatch()) {
      if (await send(batch)) continue;
      // Tabs of other processes see what is stored a little later: none may send before it has heard of the wait.
      await new Promise((heard) => setTimeout(heard, Math.min(waitsMs(), HEARD_MS)));
      return;
    }
  };
  await (navigator.locks ? navigator.locks.request(prefix, work) : work());
}

function schedule(ms: number): void {
  timer ??= window.setTimeout(() => void flush(), ms);
}

/** The page may be gone in a moment: there is no time to wait for other tabs, and no harm in what they send at the same time. */
function leave(): void {
  const batch = options && hasConsent && !sending && waitsMs() === 0 && nextBatch();
  if (batch) void send(batch);
}

function init(given: Options): void {
  if (!options) {
    addEventListener('pagehide', leave);
    addEventListener('online', () => void flush());
    document.addEventListener('visibilitychange', () => document.hidden && leave());
  }
  options = given;
  prefix = `kindred:${given.project}:`;
  forgetToken();
  if (!given.getUserToken) setToken(given.userToken);
  consent(given.consent ?? true);
}

/** Says whether the visitor agrees; what was kept of who does not is forgotten. */
function consent(isGiven = true): void {
  hasConsent = isGiven;
  if (isGiven) void flush();
  else for (const name of namesOf('')) remove(name);
}

function track(given: Tracked): void {
  const { itemId, eventType, value, recommendationId } = given ?? {};
  if (!options) return warn('call init first');
  if (!itemId) return warn('track needs an itemId');
  if (!hasConsent) return undefined;
  const count = namesOf('event:').length;
  if (count >= EVENTS_MAX) return warn(`${count} events wait to be sent, so this one is not kept`);
  // Nobody's name is kept as none: tabs that open at the same time may each think of one, and the last that is stored stays.
  const doer = isIdentified ? (user ?? '') : undefined;
  const event = { itemId, eventType, value, recommendationId, timestamp: new Date().toISOString(), userId: doer };
  write(`event:${newId()}`, JSON.stringify(event));
  return schedule(count < EVENTS_OF_BATCH ? GATHER_MS : 0);
}

async function recommendations({ deployment, ...asked }: Asked): Promise<unknown> {
  if (!options) throw new Error('kindred: call init first');
  const ask = async () => {
    if (hasConsent) await identify();
    const isPersonal = hasConsent && asked.personalized !== false;
    const userId = isPersonal ? person() : undefined;
    const body = { ...asked, personalized: isPersonal, userId };
    return post(`/v1/deployments/${encodeURIComponent(deployment)}/recommendations`, body, userId);
  };
  let answer = await ask();
  if (answer.status === 401 && options.getUserToken && token) {
    forgetToken();
    answer = await ask();
  }
  const body = await answer.json();
  if (!answer.ok) throw new Error(`kindred: ${body.detail}`);
  return body;
}

Object.assign(window, { kindred: { init, consent, track, recommendations, flush } });

// A module: nothing in it is seen by the page but that one name.
export type { Options };
