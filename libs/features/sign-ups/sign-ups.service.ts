import { Inject, Injectable } from '@nestjs/common';
import { audit, currentActor } from '../../platform/audit/audit.js';
import { Clock } from '../../platform/clock/clock.js';
import { CONFIG, type Config, secretsOf } from '../../platform/config/config.js';
import { Database, type Transaction } from '../../platform/database/database.js';
import { FREE_PLAN } from '../../platform/database/price-list.js';
import { notFound } from '../../platform/errors/problem.js';
import { parseId } from '../../platform/http/ids.js';
import { networkOf } from '../../platform/http/network.js';
import { hmac } from '../../platform/secrets/secrets.js';
import { type Captcha, ProofOfWork } from './proof-of-work.js';
import { isDisposable, SCORE_HIGH, SCORE_VERY_HIGH, scoreOf } from './sign-up-score.js';
import { alreadyProved, emailNotVerified, proofRequired, trainingNotReleased, wrongProof } from './sign-ups.errors.js';
import { SignUpsRepository, type SignUpRow, type Standing } from './sign-ups.repository.js';
import type { Clearance, Need, Proof, SignUp } from './sign-ups.schema.js';

export interface NewSignUp {
  tenantId: string;
  userId: string;
  email: string;
  address: string;
  /** The browser's name; null where it showed none. */
  device: string | null;
}

/** In the order in which they are told of. */
const REFUSALS: Record<Need, () => Error> = {
  verified_email: emailNotVerified,
  release: trainingNotReleased,
  proof_of_work: proofRequired,
};

/** Keeps whoever signs up by the hundred from training for nothing. */
@Injectable()
export class SignUpsService {
  private readonly captcha: Captcha;

  constructor(
    private readonly database: Database,
    private readonly repository: SignUpsRepository,
    private readonly clock: Clock,
    @Inject(CONFIG) private readonly config: Config,
  ) {
    this.captcha = new ProofOfWork(secretsOf(config), () => clock.now());
  }

  /** In the transaction that signs up, as late in it as can be: the next sign-up waits for its end. */
  async record(transaction: Transaction, { tenantId, userId, email, address, device }: NewSignUp): Promise<void> {
    const domain = email.slice(email.lastIndexOf('@') + 1);
    const disposable = isDisposable(domain);
    const origin = {
      addressHash: this.hash('address', address),
      networkHash: this.hash('network', networkOf(address) ?? address),
      domainHash: this.hash('domain', disposable ? '' : domain),
      deviceHash: device === null ? null : this.hash('device', device),
    };
    const createdAt = this.clock.now();
    const judged = scoreOf(disposable, await this.repository.countAlike(transaction, origin, createdAt));
    await this.repository.create(transaction, { tenantId, userId, createdAt, ...origin, ...judged });
  }

  /**
   * Before an organization trains. What was met stays met, so that it is the first time alone that it is asked for anything.
   *
   * @throws Problem 403 that says what is missing
   */
  async requireClearance(tenantId: string): Promise<void> {
    const needs = await this.findNeeds(tenantId);
    for (const [need, refusal] of Object.entries(REFUSALS)) if (needs.includes(need as Need)) throw refusal();
  }

  async clearance(tenantId: string): Promise<Clearance> {
    const needs = await this.findNeeds(tenantId);
    return { needs, challenge: needs.includes('proof_of_work') ? this.captcha.challenge(tenantId) : null };
  }

  /** @throws Problem 422 for what solves nothing, 409 where it was done before */
  async prove(tenantId: string, { challenge, answer }: Proof): Promise<Clearance> {
    if (!this.captcha.isSolved(tenantId, challenge, answer)) throw wrongProof();
    await this.database.system(async (transaction) => {
      if (!(await this.repository.set(transaction, tenantId, { provedAt: this.clock.now() }))) throw alreadyProved();
      await audit(transaction, tenantId, 'organization.work_proved', tenantId);
    });
    return this.clearance(tenantId);
  }

  /** For the operator: how it was signed up for; null where that is not known. */
  find(organizationId: string): Promise<SignUp | null> {
    const id = parseId('organization', organizationId);
    return this.database.system(async (transaction) => toSignUp(await this.repository.find(transaction, id)));
  }

  /** An operator lets it train; again changes nothing. @throws Problem 404 */
  release(organizationId: string): Promise<SignUp | null> {
    const id = parseId('organization', organizationId);
    return this.database.system(async (transaction) => {
      if (!(await this.repository.find(transaction, id))) throw notFound('sign-up of an organization', organizationId);
      if (await this.repository.set(transaction, id, { releasedAt: this.clock.now() }))
        await audit(transaction, id, 'organization.training_released', id, {}, currentActor(null));
      return toSignUp(await this.repository.find(transaction, id));
    });
  }

  /** An installation that others do not reach over https is one's own, or a trial: it asks for nothing. */
  private async findNeeds(tenantId: string): Promise<Need[]> {
    if (!this.config.PUBLIC_URL.startsWith('https:')) return [];
    const standing = await this.database.system((transaction) => this.repository.findStanding(transaction, tenantId));
    return standing && standing.plan === FREE_PLAN && !standing.releasedAt ? this.needsOf(standing) : [];
  }

  private needsOf({ isVerified, score, provedAt }: Standing): Need[] {
    const needs: Need[] = [];
    // Where no mail goes out, nobody could open its link.
    if (this.config.SMTP_URL && !isVerified) needs.push('verified_email');
    if (score >= SCORE_VERY_HIGH) needs.push('release');
    else if (score >= SCORE_HIGH && !provedAt) needs.push('proof_of_work');
    return needs;
  }

  private hash(what: string, text: string): Uint8Array<ArrayBuffer> {
    return hmac(this.config.KINDRED_SECRET, `sign-up ${what}`, text);
  }
}

function toSignUp(row: SignUpRow | null): SignUp | null {
  if (!row) return null;
  const { createdAt, score, reasons, provedAt, releasedAt } = row;
  return {
    signedUpAt: createdAt.toISOString(),
    score,
    reasons,
    isHeld: score >= SCORE_VERY_HIGH && !releasedAt,
    provedAt: provedAt?.toISOString() ?? null,
    releasedAt: releasedAt?.toISOString() ?? null,
  };
}
