import * as oidc from 'openid-client';
import { z } from 'zod';
import { guardedFetch } from './guarded-fetch.js';
import { providerAnswerWrong } from './openid.errors.js';
import {
  asked,
  authorizationUrlOf,
  currentUrl,
  fetchWith,
  mayBePlain,
  type OpenIdClient,
  type Person,
  type Proofs,
} from './openid.js';

/** GitHub speaks OAuth 2 and no OpenID Connect: who it is is asked of its API. */
export interface GitHubClient extends OpenIdClient {
  /** Such as https://api.github.com. */
  apiUrl: string;
}

const userSchema = z.object({ id: z.int().positive() });
const emailsSchema = z.array(z.object({ email: z.string(), primary: z.boolean(), verified: z.boolean() }));

export function gitHubAuthorizationUrl(client: GitHubClient, proofs: Proofs): Promise<string> {
  return asked(client, (signal) =>
    authorizationUrlOf(configure(client, signal), client, proofs, { scope: 'read:user user:email' }),
  );
}

/** As `readPerson` does it. The address is the primary one. */
export function readGitHubPerson(client: GitHubClient, proofs: Proofs, search: URLSearchParams): Promise<Person> {
  return asked(client, async (signal) => {
    const { access_token: token } = await oidc.authorizationCodeGrant(
      configure(client, signal),
      currentUrl(client, search),
      { expectedState: proofs.state, pkceCodeVerifier: proofs.codeVerifier },
    );
    const { id } = userSchema.parse(await get(client, '/user', token, signal));
    const emails = emailsSchema.parse(await get(client, '/user/emails', token, signal));
    const primary = emails.find((entry) => entry.primary);
    return {
      issuer: client.issuer,
      // Its number; the name may change hands.
      subject: String(id),
      email: primary?.email ?? null,
      isEmailVerified: primary?.verified ?? null,
      hostedDomain: null,
    };
  });
}

function configure(
  { issuer, clientId, clientSecret, isPrivate }: GitHubClient,
  signal: AbortSignal,
): oidc.Configuration {
  const metadata = {
    // As it names itself, should it say so when it sends people back.
    issuer: `${issuer}/login/oauth`,
    authorization_endpoint: `${issuer}/login/oauth/authorize`,
    token_endpoint: `${issuer}/login/oauth/access_token`,
  };
  const config = new oidc.Configuration(metadata, clientId, clientSecret);
  config[oidc.customFetch] = fetchWith(signal, isPrivate);
  if (mayBePlain({ issuer, isPrivate })) oidc.allowInsecureRequests(config);
  return config;
}

async function get(
  { issuer, apiUrl, isPrivate }: GitHubClient,
  path: string,
  token: string,
  signal: AbortSignal,
): Promise<unknown> {
  const headers = { authorization: `Bearer ${token}`, accept: 'application/vnd.github+json', 'user-agent': 'kindred' };
  const answer = await guardedFetch(`${apiUrl}${path}`, { method: 'GET', headers, body: undefined }, signal, isPrivate);
  if (!answer.ok) throw providerAnswerWrong(issuer, `its API answered ${answer.status}`);
  return answer.json();
}
