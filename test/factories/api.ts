import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import request, { type Response } from 'supertest';
import { inject } from 'vitest';
import { createApi } from '../../apps/api/create-api.js';
import { type Config, readConfig } from '../../libs/platform/config/config.js';
import { KINDRED_SECRET } from './platform.setup.js';
import { until } from './until.js';

export { until };

export const WEBHOOK_SECRET = 'whsec_that_only_the_tests_know';

export interface TestApi {
  app: NestFastifyApplication;
  url: string;
  close(): Promise<void>;
}

/** The real API on a port of its own, on the tests' Postgres and object store. */
export async function startApi(changes: Partial<Config> = {}): Promise<TestApi> {
  const config = readConfig({
    DATABASE_URL: inject('appUrl'),
    STRIPE_SECRET_KEY: 'sk_test_none',
    STRIPE_WEBHOOK_SECRET: WEBHOOK_SECRET,
    KINDRED_SECRET,
    KINDRED_DATA_DIR: inject('dataDirectory'),
    KINDRED_UPLOAD_BYTES_MAX: '50000000',
    // All tests come from one address.
    KINDRED_LOGIN_TRIES: '10000',
    KINDRED_SIGNUPS: '10000',
    KINDRED_SIGN_IN_MS: '0',
    // The receivers of the tests are on this machine.
    KINDRED_WEBHOOKS_TO_PRIVATE_ADDRESSES: 'true',
    KINDRED_URL_SOURCES_AT_PRIVATE_ADDRESSES: 'true',
    LOG_LEVEL: process.env['LOG_LEVEL'] ?? 'silent',
  });
  const app = await createApi({ ...config, ...changes });
  await app.listen(0, '127.0.0.1');
  return { app, url: await app.getUrl(), close: () => app.close() };
}

let people = 0;

/** A new person with an organization of their own, signed in. */
export class Tenant {
  private constructor(
    readonly api: TestApi,
    readonly email: string,
    readonly password: string,
    readonly cookie: string,
  ) {}

  /** Whose session is known. */
  static of(api: TestApi, { email, password, cookie }: { email: string; password: string; cookie: string }): Tenant {
    return new Tenant(api, email, password, cookie);
  }

  static async signUp(api: TestApi, organizationName = 'Test shop'): Promise<Tenant> {
    const email = `person-${process.pid}-${Date.now()}-${people++}@example.com`;
    const password = 'correct horse battery';
    const signup = await request(api.url).post('/v1/auth/signup').send({ email, password, organizationName });
    if (signup.status !== 202) throw new Error(`signup answered ${signup.status}: ${signup.text}`);
    const login = await request(api.url).post('/v1/auth/login').send({ email, password });
    if (login.status !== 200) throw new Error(`login answered ${login.status}: ${login.text}`);
    return new Tenant(api, email, password, sessionCookie(login));
  }

  get(path: string) {
    return request(this.api.url).get(path).set('cookie', this.cookie);
  }

  post(path: string, body: object = bodyOf(path)) {
    return request(this.api.url).post(path).set('cookie', this.cookie).send(body);
  }

  patch(path: string, body: object) {
    return request(this.api.url).patch(path).set('cookie', this.cookie).send(body);
  }

  delete(path: string) {
    return request(this.api.url).delete(path).set('cookie', this.cookie);
  }

  /** Text or bytes are a CSV file. */
  put(path: string, body: string | Buffer | object) {
    const isCsv = typeof body === 'string' || Buffer.isBuffer(body);
    const call = request(this.api.url).put(path).set('cookie', this.cookie);
    return isCsv ? call.set('content-type', 'text/csv').send(body) : call.send(body);
  }

  async createProject(name = 'Shop'): Promise<string> {
    return (await this.post('/v1/projects', { name }).expect(201)).body.id;
  }

  async createDataSet(projectId: string, kind: string): Promise<string> {
    return (await this.post(`/v1/projects/${projectId}/data-sets`, { name: kind, kind }).expect(201)).body.id;
  }

  /** Uploads and waits for the import to end. */
  async upload(projectId: string, dataSetId: string, csv: string | Buffer, query = '') {
    const dataSet = `/v1/projects/${projectId}/data-sets/${dataSetId}`;
    const { importId } = (await this.put(`${dataSet}/content${query}`, csv).expect(202)).body;
    return this.waitFor(`${dataSet}/imports/${importId}`);
  }

  /** The state at `path` once it is neither queued nor running, or once it is as asked for. */
  async waitFor(path: string, isReached = ({ status }: Response['body']) => !['queued', 'running'].includes(status)) {
    let body: Response['body'];
    await until(async () => isReached((body = (await this.get(path).expect(200)).body)), Infinity);
    return body;
  }

  /** From nothing to a live deployment of a model trained on `csv`. */
  async deploy({ csv = tasteCsv(), recipe = 'popularity', items = '' } = {}) {
    const projectId = await this.createProject();
    const interactionsDataSetId = await this.createDataSet(projectId, 'interactions');
    await this.upload(projectId, interactionsDataSetId, csv);
    const itemsDataSetId = items ? await this.createDataSet(projectId, 'items') : undefined;
    if (itemsDataSetId) await this.upload(projectId, itemsDataSetId, items);
    const sources = { interactions: interactionsDataSetId, ...(itemsDataSetId && { items: itemsDataSetId }) };
    return { interactionsDataSetId, itemsDataSetId, ...(await this.deployModel(projectId, { recipe, sources })) };
  }

  /** From nothing to a live deployment of a classifier trained on `csv`. */
  async deployTexts({
    csv = moodCsv(),
    recipe = 'naive-bayes',
    settings = {},
    projectId: given,
  }: { csv?: string; recipe?: string; settings?: object; projectId?: string } = {}) {
    const projectId = given ?? (await this.createProject());
    const textsDataSetId = await this.createDataSet(projectId, 'labelled-texts');
    await this.upload(projectId, textsDataSetId, csv);
    const model = { recipe, settings, sources: { texts: textsDataSetId } };
    return { textsDataSetId, ...(await this.deployModel(projectId, model)) };
  }

  private async deployModel(
    projectId: string,
    model: { recipe: string; settings?: object; sources: Record<string, string> },
  ) {
    const created = await this.post(`/v1/projects/${projectId}/models`, { name: 'Model', ...model }).expect(201);
    const modelId: string = created.body.id;
    const job = await this.train(projectId, modelId);
    const [modelVersionId] = job.modelVersionIds;
    const body = { name: 'Home', modelVersionId };
    const deploymentId: string = (await this.post(`/v1/projects/${projectId}/deployments`, body).expect(201)).body.id;
    return { projectId, modelId, job, modelVersionId, deploymentId };
  }

  /** Runs a training job to its end. */
  async train(projectId: string, modelId: string) {
    const queued = (await this.post(`/v1/projects/${projectId}/models/${modelId}/training-jobs`).expect(202)).body;
    const job = await this.waitFor(`/v1/projects/${projectId}/training-jobs/${queued.id}`);
    if (job.status !== 'succeeded') throw new Error(`training ${job.status}: ${job.failureReason}`);
    return job;
  }

  async createKey(projectId: string, scopes = ['deployments:call']): Promise<{ id: string; key: string }> {
    return (await this.post(`/v1/projects/${projectId}/api-keys`, { name: 'Key', scopes }).expect(201)).body;
  }
}

/** What a call sends of itself: tests train on data that is known by eye, which is judged not to be enough. */
const bodyOf = (path: string) => (path.endsWith('/training-jobs') ? { despiteVerdict: true } : {});

/** A call with an API key. */
export function withKey(api: TestApi, key: string) {
  const authorization = `Bearer ${key}`;
  return {
    get: (path: string) => request(api.url).get(path).set({ authorization }),
    post: (path: string, body: object = bodyOf(path)) => request(api.url).post(path).set({ authorization }).send(body),
  };
}

export function sessionCookie(response: Response): string {
  return /kindred_session=[^;]*/.exec(String(response.headers['set-cookie']))![0];
}

/** Two groups of users who like two groups of items, so that what to recommend is known by eye. */
export function tasteCsv(users = 60, items = 24): string {
  const rows = ['user_id,item_id,rating,timestamp'];
  for (let user = 0; user < users; user++) {
    for (let item = 0; item < items; item++) {
      const isLiked = user % 2 === item % 2 && (user * 7 + item * 3) % 5 !== 0;
      if (isLiked) rows.push(`user-${user},item-${item},5,${1_600_000_000 + user * 100 + item}`);
    }
  }
  return rows.join('\n');
}

/** Texts of two moods, so that what each is is known by eye. */
export function moodCsv(): string {
  const things = ['film', 'meal', 'room', 'trip', 'song', 'book', 'game', 'show', 'coat', 'lamp'];
  const words = { glad: ['great', 'lovely', 'superb'], cross: ['awful', 'boring', 'broken'] };
  const rows = Object.entries(words).flatMap(([label, all]) =>
    things.flatMap((thing) => all.map((word) => `this ${thing} was ${word},${label}`)),
  );
  return ['text,label', ...rows].join('\n');
}
