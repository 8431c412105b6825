import { Inject, Injectable } from '@nestjs/common';
import { CONFIG, type Config } from '../../../platform/config/config.js';
import { notFound } from '../../../platform/errors/problem.js';
import { type GitHubClient, gitHubAuthorizationUrl, readGitHubPerson } from '../../../platform/openid/github.js';
import {
  authorizationUrl,
  type OpenIdClient,
  type Person,
  type Proofs,
  readPerson,
} from '../../../platform/openid/openid.js';
import { type Provider, PROVIDERS } from './identities.schema.js';

export const GOOGLE_ISSUER = 'https://accounts.google.com';

/** What the operator has set by which everybody may log in. */
@Injectable()
export class Providers {
  constructor(@Inject(CONFIG) private readonly config: Config) {}

  list(): { provider: Provider; name: string }[] {
    const names = { google: 'Google', github: 'GitHub', openid: this.config.OIDC_NAME };
    return PROVIDERS.filter((provider) => this.find(provider)).map((provider) => ({ provider, name: names[provider] }));
  }

  /** @throws Problem 404 for one that is not set */
  require(provider: string): Provider {
    const known = PROVIDERS.find((one) => one === provider);
    if (!known || !this.find(known)) throw notFound('provider', provider.slice(0, 80));
    return known;
  }

  authorizationUrl(provider: Provider, proofs: Proofs): Promise<string> {
    const client = this.find(provider)!;
    return 'apiUrl' in client ? gitHubAuthorizationUrl(client, proofs) : authorizationUrl(client, proofs);
  }

  readPerson(provider: Provider, proofs: Proofs, search: URLSearchParams): Promise<Person> {
    const client = this.find(provider)!;
    return 'apiUrl' in client ? readGitHubPerson(client, proofs, search) : readPerson(client, proofs, search);
  }

  private find(provider: Provider): OpenIdClient | GitHubClient | null {
    const { config } = this;
    const { GITHUB_URL, KINDRED_PROVIDER_SECONDS: timeoutSeconds } = config;
    const redirectUri = `${config.PUBLIC_URL}/v1/auth/providers/${provider}/callback`;
    // The operator knows where their provider is.
    const client = (issuer?: string, clientId?: string, clientSecret?: string): OpenIdClient | null =>
      issuer && clientId && clientSecret
        ? { issuer, clientId, clientSecret, isPrivate: true, timeoutSeconds, redirectUri }
        : null;
    if (provider === 'google') return client(GOOGLE_ISSUER, config.GOOGLE_CLIENT_ID, config.GOOGLE_CLIENT_SECRET);
    if (provider === 'openid') return client(config.OIDC_ISSUER, config.OIDC_CLIENT_ID, config.OIDC_CLIENT_SECRET);
    const gitHub = client(GITHUB_URL, config.GITHUB_CLIENT_ID, config.GITHUB_CLIENT_SECRET);
    const isPublic = GITHUB_URL === 'https://github.com';
    return gitHub && { ...gitHub, apiUrl: isPublic ? 'https://api.github.com' : `${GITHUB_URL}/api/v3` };
  }
}
