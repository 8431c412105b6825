import { timingSafeEqual } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { Clock } from '../../../platform/clock/clock.js';
import { CONFIG, type Config } from '../../../platform/config/config.js';
import { Database } from '../../../platform/database/database.js';
import type { Proofs } from '../../../platform/openid/openid.js';
import { hmac, randomToken, sha256 } from '../../../platform/secrets/secrets.js';
import { VISIT_SECONDS } from '../session-cookie.js';
import { visitExpired } from './identities.errors.js';
import { IdentitiesRepository, type Visit } from './identities.repository.js';

/** The way to a provider and back: once, within ten minutes, by the browser that began it. */
@Injectable()
export class ProviderVisits {
  constructor(
    private readonly database: Database,
    private readonly repository: IdentitiesRepository,
    private readonly clock: Clock,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /** @param open asks the provider where the browser is to go; nothing is left where it fails */
  async begin(
    visit: Omit<Visit, 'expiresAt'>,
    open: (proofs: Proofs) => Promise<string>,
  ): Promise<{ token: string; location: string }> {
    const token = randomToken();
    const location = await open(this.proofsOf(token));
    const expiresAt = new Date(this.clock.now().getTime() + VISIT_SECONDS * 1000);
    await this.database.system((transaction) =>
      this.repository.createVisit(transaction, sha256(token), { ...visit, expiresAt }),
    );
    return { token, location };
  }

  /**
   * Ends the visit, whatever comes of it.
   *
   * @throws Problem 410 where there is none of this browser that this answer is to
   */
  async end(
    token: string | undefined,
    search: URLSearchParams,
    at: Pick<Visit, 'provider' | 'tenantId'>,
  ): Promise<Visit & { proofs: Proofs }> {
    // An answer that somebody else sends the browser with ends nothing.
    const proofs = token ? this.proofsOf(token) : null;
    if (!token || !proofs || !isSame(proofs.state, search.get('state') ?? '')) throw visitExpired();
    const visit = await this.database.system((transaction) => this.repository.takeVisit(transaction, sha256(token)));
    if (!visit || visit.expiresAt <= this.clock.now()) throw visitExpired();
    if (visit.provider !== at.provider || visit.tenantId !== at.tenantId) throw visitExpired();
    return { ...visit, proofs };
  }

  private proofsOf(token: string): Proofs {
    const derive = (what: string) =>
      Buffer.from(hmac(this.config.KINDRED_SECRET, `provider-visit-${what}`, token)).toString('base64url');
    return { state: derive('state'), nonce: derive('nonce'), codeVerifier: derive('code-verifier') };
  }
}

function isSame(one: string, other: string): boolean {
  const [a, b] = [Buffer.from(one), Buffer.from(other)];
  return a.length === b.length && timingSafeEqual(a, b);
}
