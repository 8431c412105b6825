import { createSign, generateKeyPairSync, type KeyObject, randomUUID } from 'node:crypto';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
// oidc-provider brings no types of its own.
// @ts-expect-error -- its types would be a dependency more for a handful of calls
import Provider from 'oidc-provider';
import request, { type Response as Answer } from 'supertest';
import type { TestApi } from './api.js';

export const CLIENT = { id: 'kindred', secret: 'a secret of the provider and Kindred' };

export interface Claims {
  email?: string;
  email_verified?: boolean;
  [claim: string]: unknown;
}

function newKey(): { kid: string; privateKey: KeyObject; jwk: object } {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const kid = randomUUID();
  return { kid, privateKey, jwk: { ...privateKey.export({ format: 'jwk' }), kid, use: 'sig', alg: 'RS256' } };
}

/** A real provider of OpenID Connect; who is at its log-in page can be set. */
export class OpenIdProvider {
  /** By subject. */
  readonly people = new Map<string, Claims>();
  private provider: any;

  private constructor(private readonly server: http.Server) {}

  static async start(): Promise<OpenIdProvider> {
    const server = http.createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const provider = new OpenIdProvider(server);
    server.on('request', (incoming, outgoing) => void provider.take(incoming, outgoing));
    provider.rotateKeys();
    return provider;
  }

  get issuer(): string {
    return `http://localhost:${(this.server.address() as AddressInfo).port}`;
  }

  /** From now on it signs with another key, and shows no other. */
  rotateKeys(): void {
    this.provider = new Provider(this.issuer, {
      clients: [
        {
          client_id: CLIENT.id,
          client_secret: CLIENT.secret,
          redirect_uris: ['https://kindred.example/callback'],
          token_endpoint_auth_method: 'client_secret_post',
        },
      ],
      claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name'] },
      cookies: { keys: ['of the tests'] },
      features: { devInteractions: { enabled: false } },
      findAccount: (_: unknown, subject: string) => ({
        accountId: subject,
        claims: () => ({ sub: subject, ...this.people.get(subject) }),
      }),
      interactions: { url: (_: unknown, { uid }: { uid: string }) => `/interaction/${uid}` },
      jwks: { keys: [newKey().jwk] },
      // Nobody is asked what Kindred may know.
      loadExistingGrant: async ({ oidc }: any) => {
        const grant = new oidc.provider.Grant({ clientId: oidc.client.clientId, accountId: oidc.session.accountId });
        grant.addOIDCScope('openid email profile');
        await grant.save();
        return grant;
      },
      pkce: { required: () => true },
      ttl: { AccessToken: 600, Grant: 600, IdToken: 600, Interaction: 600, Session: 600 },
    });
    this.provider.Client.prototype.redirectUriAllowed = () => true;
  }

  close(): void {
    this.server.closeAllConnections();
    this.server.close();
  }

  private async take(incoming: http.IncomingMessage, outgoing: http.ServerResponse): Promise<void> {
    const url = new URL(incoming.url!, this.issuer);
    if (!url.pathname.startsWith('/interaction/')) return this.provider.callback()(incoming, outgoing);
    const subject = incoming.headers['x-person'];
    const result = subject ? { login: { accountId: subject } } : { error: 'access_denied' };
    await this.provider.interactionFinished(incoming, outgoing, result);
  }
}

/** Goes to the provider's page as a browser does, and logs in there. @returns the address that it sends the browser back to */
export async function visit(location: string, subject: string | null): Promise<URL> {
  const cookies = new Map<string, string>();
  let url = new URL(location);
  for (let steps = 0; steps < 10; steps++) {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const headers = { cookie, ...(subject && { 'x-person': subject }) };
    const answer = await fetch(url, { redirect: 'manual', headers });
    for (const line of answer.headers.getSetCookie()) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(line)!;
      if (value) cookies.set(name!, value);
      else cookies.delete(name!);
    }
    const next = answer.headers.get('location');
    if (!next) throw new Error(`the provider answered ${answer.status}: ${await answer.text()}`);
    url = new URL(next, url);
    if (url.pathname.startsWith('/v1/auth/')) return url;
  }
  throw new Error('the provider sends the browser around');
}

/** Where the browser was sent, and the cookie by which it is known. */
export interface Started {
  location: string;
  cookie: string;
}

export function started(answer: Answer): Started {
  if (answer.status !== 200) throw new Error(`it did not begin: ${answer.text}`);
  const cookie = /kindred_visit=[^;]+/.exec(String(answer.headers['set-cookie']))![0];
  return { location: answer.body.location, cookie };
}

/** The browser comes back. @param session further cookies, such as of who is logged in there */
export async function comeBack(api: TestApi, back: URL, cookie: string, session = '') {
  const answer = await request(api.url)
    .get(back.pathname + back.search)
    .set('cookie', [cookie, session].filter(Boolean).join('; '))
    .expect(302);
  const at = new URL(String(answer.headers['location']));
  const opened = /kindred_session=[^;]+/.exec(String(answer.headers['set-cookie']));
  const half = /kindred_login=[^;]+/.exec(String(answer.headers['set-cookie']));
  return {
    path: at.pathname,
    problem: at.searchParams.get('problem'),
    at,
    session: opened?.[0] ?? null,
    login: half?.[0] ?? null,
  };
}

/** One that is written by hand, as no library lies: what it says can be set. */
export class LyingProvider {
  /** What of an honest answer is otherwise. */
  lies: {
    discovery?: object;
    claims?: object;
    /** Signs with a key that it shows to nobody, under the name of the one that it shows. */
    hasOwnKey?: boolean;
    /** Signs with the key of before. */
    hasOldKey?: boolean;
    /** What it never answers. */
    silent?: 'discovery' | 'token' | 'keys';
  } = {};
  claims: Claims = {};
  readonly asked: string[] = [];
  private key = newKey();
  private oldKey = newKey();
  private nonce = '';

  private constructor(private readonly server: http.Server) {}

  static async start(): Promise<LyingProvider> {
    const server = http.createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const provider = new LyingProvider(server);
    server.on('request', (incoming, outgoing) => provider.take(incoming, outgoing));
    return provider;
  }

  get issuer(): string {
    return `http://localhost:${(this.server.address() as AddressInfo).port}`;
  }

  /** From now on it signs with another key, and shows no other. */
  rotateKeys(): void {
    [this.oldKey, this.key] = [this.key, newKey()];
  }

  /** What it sends the browser back with. */
  back(location: string, changes: Record<string, string> = {}): URL {
    const { searchParams } = new URL(location);
    this.nonce = searchParams.get('nonce') ?? '';
    const url = new URL(searchParams.get('redirect_uri')!);
    const answer = { code: 'a code', state: searchParams.get('state')!, iss: this.issuer, ...changes };
    for (const [name, value] of Object.entries(answer)) url.searchParams.set(name, value);
    return url;
  }

  close(): void {
    this.server.closeAllConnections();
    this.server.close();
  }

  private take(incoming: http.IncomingMessage, outgoing: http.ServerResponse): void {
    const { issuer } = this;
    const path = new URL(incoming.url!, issuer).pathname;
    const what = path === '/token' ? 'token' : path === '/keys' ? 'keys' : 'discovery';
    this.asked.push(what);
    if (this.lies.silent === what) return;
    const answers = {
      discovery: () => ({
        issuer,
        authorization_endpoint: `${issuer}/authorize`,
        token_endpoint: `${issuer}/token`,
        jwks_uri: `${issuer}/keys`,
        authorization_response_iss_parameter_supported: true,
        token_endpoint_auth_methods_supported: ['client_secret_post'],
        ...this.lies.discovery,
      }),
      keys: () => {
        const { n, e, kty } = this.key.privateKey.export({ format: 'jwk' });
        return { keys: [{ n, e, kty, kid: this.key.kid, use: 'sig', alg: 'RS256' }] };
      },
      token: () => ({ access_token: 'x', token_type: 'bearer', id_token: this.idToken() }),
    };
    outgoing.setHeader('content-type', 'application/json').end(JSON.stringify(answers[what]()));
  }

  private idToken(): string {
    const { hasOwnKey, hasOldKey } = this.lies;
    const { privateKey } = hasOwnKey || hasOldKey ? this.oldKey : this.key;
    const { kid } = hasOldKey ? this.oldKey : this.key;
    const seconds = Math.floor(Date.now() / 1000);
    const claims = {
      iss: this.issuer,
      aud: CLIENT.id,
      sub: 'somebody',
      nonce: this.nonce,
      iat: seconds,
      exp: seconds + 300,
      ...this.claims,
      ...this.lies.claims,
    };
    const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url');
    const signed = `${encode({ alg: 'RS256', kid })}.${encode(claims)}`;
    return `${signed}.${createSign('RSA-SHA256').update(signed).sign(privateKey, 'base64url')}`;
  }
}
