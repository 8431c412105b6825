import * as oidc from 'openid-client';
import { Problem } from '../errors/problem.js';
import { guardedFetch } from './guarded-fetch.js';
import { providerAnswerWrong, providerRefused, providerUnreachable } from './openid.errors.js';

const SCOPE = 'openid email profile';

export interface OpenIdClient {
  issuer: string;
  clientId: string;
  clientSecret: string;
  /** Whether the provider may be at a private address, and, where its issuer says so, without TLS. */
  isPrivate: boolean;
  /** How long all that it is asked for one step may take. */
  timeoutSeconds: number;
  /** Where the provider sends people back to. */
  redirectUri: string;
}

/** What only the browser that begins may end with. */
export interface Proofs {
  state: string;
  nonce: string;
  codeVerifier: string;
}

export interface Person {
  /** As the provider writes it itself, and its tokens do. */
  issuer: string;
  subject: string;
  email: string | null;
  /** Null where the provider does not say. */
  isEmailVerified: boolean | null;
  /** Google's: the organization that the address is in. */
  hostedDomain: string | null;
}

/**
 * Where the browser is sent to.
 *
 * @throws Problem 502 where the provider does not answer as it must
 */
export function authorizationUrl(client: OpenIdClient, proofs: Proofs, loginHint?: string): Promise<string> {
  return asked(client, async (signal) => {
    const config = await discover(client, signal);
    return authorizationUrlOf(config, client, proofs, { scope: SCOPE, nonce: proofs.nonce, login_hint: loginHint });
  });
}

/**
 * Who it is that comes back, once everything is right: `state`, `iss`, the code with its verifier, and of the token issuer, audience,
 * times, nonce and signature. Discovery and keys are asked for each time, so that keys count, and stop counting, at once.
 *
 * @param search the query that the browser came back with
 * @throws Problem 502 where the provider does not answer as it must, 403 where it let nobody in
 */
export function readPerson(client: OpenIdClient, proofs: Proofs, search: URLSearchParams): Promise<Person> {
  return asked(client, async (signal) => {
    const config = await discover(client, signal);
    const tokens = await oidc.authorizationCodeGrant(config, currentUrl(client, search), {
      expectedState: proofs.state,
      expectedNonce: proofs.nonce,
      pkceCodeVerifier: proofs.codeVerifier,
      idTokenExpected: true,
    });
    const { issuer, userinfo_endpoint: hasMore } = config.serverMetadata();
    const token = tokens.claims()!;
    const isComplete = typeof token['email'] === 'string' || !hasMore;
    const claims: Record<string, unknown> = isComplete
      ? token
      : { ...(await oidc.fetchUserInfo(config, tokens.access_token, token.sub)), hd: token['hd'] };
    const { email, email_verified: verified, hd } = claims;
    return {
      issuer,
      subject: token.sub,
      email: typeof email === 'string' ? email : null,
      isEmailVerified: typeof verified === 'boolean' ? verified : verified === undefined ? null : verified === 'true',
      hostedDomain: typeof hd === 'string' ? hd : null,
    };
  });
}

/** Whether there is a provider that answers by that name. @throws Problem 502 where there is not */
export async function checkIssuer(client: OpenIdClient): Promise<void> {
  await asked(client, (signal) => discover(client, signal));
}

/** The authorization request, with all that the answer is held to. @throws Problem 502 */
export async function authorizationUrlOf(
  config: oidc.Configuration,
  { issuer, redirectUri, isPrivate }: Pick<OpenIdClient, 'issuer' | 'redirectUri' | 'isPrivate'>,
  { state, codeVerifier }: Proofs,
  parameters: Record<string, string | undefined>,
): Promise<string> {
  const challenge = await oidc.calculatePKCECodeChallenge(codeVerifier);
  const url = oidc.buildAuthorizationUrl(config, {
    ...Object.fromEntries(Object.entries(parameters).filter((entry): entry is [string, string] => Boolean(entry[1]))),
    redirect_uri: redirectUri,
    state,
    code_challenge: challenge,
    code_challenge_method: 'S256',
  });
  // The browser goes there: what a provider calls its page must not be a script.
  const isPage = url.protocol === 'https:' || (mayBePlain({ issuer, isPrivate }) && url.protocol === 'http:');
  if (!isPage) throw providerAnswerWrong(issuer, 'its page is not at an https address');
  return url.href;
}

/** What came back, at the address that the provider was told. */
export function currentUrl({ redirectUri }: Pick<OpenIdClient, 'redirectUri'>, search: URLSearchParams): URL {
  return new URL(`?${search.toString()}`, redirectUri);
}

export function mayBePlain({ issuer, isPrivate }: Pick<OpenIdClient, 'issuer' | 'isPrivate'>): boolean {
  return isPrivate && issuer.startsWith('http:');
}

/** One step, in its time. @throws Problem that says what was wrong */
export async function asked<T>(
  client: Pick<OpenIdClient, 'issuer' | 'timeoutSeconds'>,
  ask: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const signal = AbortSignal.timeout(client.timeoutSeconds * 1000);
  try {
    return await ask(signal);
  } catch (error) {
    throw explain(error, client, signal);
  }
}

/** @param signal ends whatever is asked by these settings */
export function fetchWith(signal: AbortSignal, isPrivate: boolean): oidc.CustomFetch {
  return (url, options) => guardedFetch(url, options, signal, isPrivate);
}

async function discover(client: OpenIdClient, signal: AbortSignal): Promise<oidc.Configuration> {
  const { issuer, clientId, clientSecret, isPrivate, timeoutSeconds } = client;
  const extensions = [oidc.enableNonRepudiationChecks, ...(mayBePlain(client) ? [oidc.allowInsecureRequests] : [])];
  const options = { execute: extensions, timeout: timeoutSeconds, [oidc.customFetch]: fetchWith(signal, isPrivate) };
  const found = await oidc.discovery(new URL(issuer), clientId, clientSecret, undefined, options);
  const metadata = found.serverMetadata();
  // One that stands for many, such as Microsoft's "common", says nothing of whose address it is.
  if (metadata.issuer.replace(/\/$/, '') !== issuer.replace(/\/$/, ''))
    throw providerAnswerWrong(issuer, 'it names another issuer');
  const methods = metadata.token_endpoint_auth_methods_supported ?? [];
  if (methods.includes('client_secret_post')) return found;
  const config = new oidc.Configuration(metadata, clientId, clientSecret, oidc.ClientSecretBasic(clientSecret));
  config[oidc.customFetch] = fetchWith(signal, isPrivate);
  config.timeout = timeoutSeconds;
  for (const extend of extensions) extend(config);
  return config;
}

function explain(
  error: unknown,
  { issuer, timeoutSeconds }: Pick<OpenIdClient, 'issuer' | 'timeoutSeconds'>,
  signal: AbortSignal,
): Error {
  if (error instanceof Problem) return error;
  if (error instanceof oidc.AuthorizationResponseError) return providerRefused(issuer);
  if (signal.aborted || isOfNetwork(error)) return providerUnreachable(issuer, timeoutSeconds);
  if (error instanceof oidc.ResponseBodyError) return providerAnswerWrong(issuer, `it refused the code or the client`);
  return providerAnswerWrong(issuer, (error as Error).message);
}

/** That nothing, or not all, was heard; no address that a name resolved to is told. */
function isOfNetwork(error: unknown): boolean {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    const { code, name, message } = cause as NodeJS.ErrnoException;
    if (name === 'AbortError' || name === 'TimeoutError' || /is not allowed\. Because/.test(message)) return true;
    if (
      code === 'OAUTH_TIMEOUT' ||
      code === 'OAUTH_ABORT' ||
      /^(E[A-Z]+|CERT_|ERR_TLS|ERR_SSL|UNABLE_)/.test(code ?? '')
    )
      return true;
    if (/the answer is too long|socket hang up|self-signed/.test(message)) return true;
  }
  return false;
}
