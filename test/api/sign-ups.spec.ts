import { hash } from 'node:crypto';
import pg from 'pg';
import request from 'supertest';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { startApi, tasteCsv, type TestApi, until } from '../factories/api.js';
import { IS_FULL } from '../factories/faults-report.js';
import { mailsTo } from '../factories/mailbox.js';
import { codeOf } from '../factories/second-factors.js';

// An installation as others reach it, whose mails this test reads: nothing but the addresses of its callers is made up.
let api: TestApi;
let owner: pg.Pool;
beforeAll(async () => {
  const asInProduction = { PUBLIC_URL: 'https://kindred.example', SMTP_URL: 'smtp://127.0.0.1:9', KINDRED_SIGNUPS: 10 };
  const forTheTest = { TRUSTED_PROXIES: '127.0.0.1', KINDRED_MAILBOX: true };
  api = await startApi({ ...asInProduction, ...forTheTest });
  owner = new pg.Pool({ connectionString: inject('ownerUrl'), max: 4 });
});
afterAll(async () => {
  await owner.end();
  await api.close();
});

const RUN = `${process.pid}-${Date.now()}`;
const password = 'correct horse battery';
let count = 0;

/** Somebody, or a script, with a browser and an address of their own. */
class Visitor {
  private readonly cookies = new Map<string, string>();

  constructor(
    readonly address: string,
    readonly email: string,
  ) {}

  call(method: 'get' | 'post' | 'put', path: string) {
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    return request(api.url)[method](path).set('x-forwarded-for', this.address).set('cookie', cookie);
  }

  /** The status of the sign-up; where it is made, they are logged in and have opened the link of the mail. */
  async signUp({ isVerified = true } = {}): Promise<number> {
    const body = { email: this.email, password, organizationName: 'Shop' };
    const made = await this.call('post', '/v1/auth/signup').send(body);
    if (made.status !== 202) return made.status;
    this.keep(made);
    await this.logIn();
    if (isVerified) await this.verify();
    return made.status;
  }

  async logIn(): Promise<void> {
    this.keep(await this.call('post', '/v1/auth/login').send({ email: this.email, password }).expect(200));
  }

  async verify(): Promise<void> {
    const [mail] = await mailsTo(api, this.email, 'verify_email');
    await this.call('post', '/v1/auth/verifications').send({ token: mail!.token }).expect(204);
  }

  clearance = async () => (await this.call('get', '/v1/organization/training-clearance').expect(200)).body;

  /** As the dashboard's worker does. */
  async prove(): Promise<number> {
    const { challenge } = await this.clearance();
    if (!challenge) return 0;
    return (await this.call('post', '/v1/organization/training-clearance/proofs').send(solve(challenge))).status;
  }

  /** From the first project to a job that is queued, which is cancelled unless it is waited for; the code of the refusal where there is one. */
  async train({ isAwaited = false } = {}): Promise<string> {
    const project = await this.call('post', '/v1/projects').send({ name: 'Shop' }).expect(201);
    const path = `/v1/projects/${project.body.id}`;
    const refused = await this.call('post', `${path}/models/${project.body.id}/training-jobs`).send({});
    if (refused.status === 403) return refused.body.code;
    const dataSet = await this.call('post', `${path}/data-sets`).send({ name: 'I', kind: 'interactions' }).expect(201);
    const dataSetId: string = dataSet.body.id;
    const upload = this.call('put', `${path}/data-sets/${dataSetId}/content`).set('content-type', 'text/csv');
    const { importId } = (await upload.send(tasteCsv(20, 10)).expect(202)).body;
    await this.waitFor(`${path}/data-sets/${dataSetId}/imports/${importId}`);
    const model = { name: 'M', recipe: 'popularity', sources: { interactions: dataSetId } };
    const modelId: string = (await this.call('post', `${path}/models`).send(model).expect(201)).body.id;
    const job = await this.call('post', `${path}/models/${modelId}/training-jobs`)
      .send({ despiteVerdict: true })
      .expect(202);
    if (isAwaited) return this.waitFor(`${path}/training-jobs/${job.body.id}`);
    await this.call('post', `${path}/training-jobs/${job.body.id}/cancel`).send({});
    return 'trains';
  }

  get organizationId(): Promise<string> {
    return this.call('get', '/v1/me')
      .expect(200)
      .then(({ body }) => body.organization.id);
  }

  private async waitFor(path: string): Promise<string> {
    let status = '';
    await until(async () => {
      status = (await this.call('get', path).expect(200)).body.status;
      return !['queued', 'running'].includes(status);
    });
    return status;
  }

  private keep({ headers }: request.Response): void {
    for (const each of [headers['set-cookie']].flat()) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(String(each)) ?? [];
      if (name) this.cookies.set(name, value!);
    }
  }
}

function solve({ challenge, bits }: { challenge: string; bits: number }) {
  let answer = 0;
  const zeros = (n: number) => Math.clz32(hash('sha256', `${challenge}:${n}`, 'buffer').readUInt32BE(0));
  while (zeros(answer) < bits) answer++;
  return { challenge, answer };
}

/** Signs up, confirms the address, does the work and trains: all that a script can. */
async function exploit(visitor: Visitor): Promise<string> {
  const status = await visitor.signUp({ isVerified: false });
  if (status !== 202) return String(status);
  // As the link of the mail does, which a hundred times over takes long.
  await owner.query('UPDATE users SET email_verified_at = now() WHERE email = $1', [visitor.email]);
  await visitor.prove();
  return visitor.train();
}

/** What a person does: by the mail's link, and to the end. */
async function begin(person: Visitor): Promise<string> {
  await person.signUp();
  await person.prove();
  return person.train({ isAwaited: true });
}

function tally(outcomes: string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const outcome of outcomes) counts[outcome] = (counts[outcome] ?? 0) + 1;
  return counts;
}

const at = (domain: string) => `p-${RUN}-${count++}@${domain}`;

describe('of a hundred sign-ups by a script', () => {
  it('S36: from one address at most five train, while a neighbour who signs up in the middle does', async () => {
    const script = Array.from({ length: 100 }, (_, i) => new Visitor('198.51.100.7', at(`shop-${i}-${RUN}.example`)));
    const before = await Promise.all(script.slice(0, 50).map(exploit));
    const honest = new Visitor('198.51.100.80', at('neighbour.example'));
    expect(await begin(honest)).toBe('succeeded');
    const outcomes = tally([...before, ...(await Promise.all(script.slice(50).map(exploit)))]);
    expect(outcomes['trains']).toBeLessThanOrEqual(5);
    expect(outcomes).toEqual({ trains: 5, training_not_released: 5, 429: 90 });
  });

  it('S36: from a hundred addresses with disposable mail at most five train, while who signs up in the middle does', async () => {
    const domains = ['mailinator.com', 'yopmail.com', 'guerrillamail.com', 'sub.mailinator.com'];
    // A hundred at length (`npm run faults`).
    const half = IS_FULL ? 50 : 10;
    const script = Array.from({ length: 2 * half }, (_, i) => new Visitor(`203.0.${i}.9`, at(domains[i % 4]!)));
    const before = await Promise.all(script.slice(0, half).map(exploit));
    const honest = new Visitor('192.0.2.44', at('bakery.example'));
    expect(await begin(honest)).toBe('succeeded');
    const outcomes = tally([...before, ...(await Promise.all(script.slice(half).map(exploit)))]);
    expect(outcomes['trains']).toBeLessThanOrEqual(5);
    expect(outcomes).toEqual({ trains: 2, training_not_released: 2 * half - 2 });
  });
});

describe('the first training on the Free plan', () => {
  it('wants a confirmed address, and nothing else from who signs up alone', async () => {
    const person = new Visitor('192.0.2.1', at('alone.example'));
    await person.signUp({ isVerified: false });
    expect(await person.train()).toBe('email_not_verified');
    expect(await person.clearance()).toEqual({ needs: ['verified_email'], challenge: null });
    await person.verify();
    expect(await person.clearance()).toEqual({ needs: [], challenge: null });
  });

  it('wants no proof that is wrong, another organization’s, altered, or was given before', async () => {
    const [first, second] = [new Visitor('192.0.2.60', at('yopmail.com')), new Visitor('192.0.3.60', at('a.example'))];
    await owner.query('DELETE FROM sign_ups');
    await first.signUp();
    await second.signUp();
    expect(await first.train()).toBe('proof_of_work_required');
    const send = (who: Visitor, body: object) =>
      who.call('post', '/v1/organization/training-clearance/proofs').send(body);
    const { challenge } = await first.clearance();
    const proof = solve(challenge);
    const refused = [
      await send(first, { ...proof, answer: proof.answer + 1 }),
      await send(first, {
        ...proof,
        challenge: proof.challenge.replace(/^./, (letter) => (letter === 'A' ? 'B' : 'A')),
      }),
      await send(first, { challenge: 'x', answer: 1 }),
      await send(second, proof),
    ];
    expect(refused.map(({ body }) => body.code)).toEqual(Array(4).fill('wrong_proof'));
    await send(first, { ...proof, answer: -1 }).expect(400);
    await send(first, proof).expect(201);
    expect((await send(first, proof).expect(409)).body.code).toBe('already_proved');
    expect((await first.clearance()).needs).toEqual([]);
  });

  it('is weighed by the browser too, under whatever addresses', async () => {
    await owner.query('DELETE FROM sign_ups');
    const scores: number[] = [];
    const browser = new Visitor('192.0.2.70', '');
    for (let i = 0; i < 4; i++) {
      const account = Object.assign(Object.create(browser) as Visitor, {
        address: `100.64.${i}.1`,
        email: at(`b${i}.example`),
      });
      await account.signUp();
      const { rows } = await owner.query('SELECT score FROM sign_ups WHERE tenant_id = $1', [
        await account.organizationId,
      ]);
      scores.push(rows[0].score);
    }
    expect(scores).toEqual([0, 0, 0, 40]);
  });

  it('is released by an operator, who sees why it was held; the customer’s log says so', async () => {
    await owner.query('DELETE FROM sign_ups');
    const held = new Visitor('192.0.2.90', at('mailinator.com'));
    for (let i = 0; i < 2; i++) await new Visitor(`192.0.${i}.91`, at('yopmail.com')).signUp({ isVerified: false });
    await held.signUp();
    expect((await held.clearance()).needs).toEqual(['release']);
    const id = await held.organizationId;
    const other = new Visitor('192.0.2.92', at('kindred.example'));
    await other.signUp();
    await other.call('get', `/v1/admin/organizations/${id}/sign-up`).expect(403);
    await other.call('post', `/v1/admin/organizations/${id}/sign-up/release`).expect(403);
    const operator = new Visitor('192.0.2.93', at('kindred.example'));
    await operator.signUp();
    const by = [operator.email];
    await owner.query('DELETE FROM memberships WHERE user_id = (SELECT id FROM users WHERE email = $1)', by);
    await owner.query('UPDATE users SET is_operator = true WHERE email = $1', by);
    await operator.logIn();
    const { secret } = (await operator.call('post', '/v1/me/totp').expect(201)).body;
    await operator
      .call('post', '/v1/me/totp/confirmation')
      .send({ code: codeOf(secret) })
      .expect(201);
    const { signUp } = (await operator.call('get', `/v1/admin/organizations/${id}/sign-up`).expect(200)).body;
    expect(signUp).toMatchObject({ score: 90, isHeld: true, releasedAt: null });
    expect(signUp.reasons).toEqual([
      { code: 'disposable_domain', count: 2 },
      { code: 'many_disposable', count: 2 },
    ]);
    for (let again = 0; again < 2; again++)
      await operator.call('post', `/v1/admin/organizations/${id}/sign-up/release`).expect(200);
    expect((await held.clearance()).needs).toEqual([]);
    const { rows } = await owner.query(
      `SELECT actor_kind FROM audit_events WHERE tenant_id = $1 AND action = 'organization.training_released'`,
      [id],
    );
    expect(rows).toEqual([{ actor_kind: 'operator' }]);
    const none = `/v1/admin/organizations/00000000-0000-7000-8000-000000000000/sign-up`;
    expect((await operator.call('get', none).expect(200)).body).toEqual({ signUp: null });
    await operator.call('post', `${none}/release`).expect(404);
  });
});
