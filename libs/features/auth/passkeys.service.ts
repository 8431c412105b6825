import { Inject, Injectable } from '@nestjs/common';
import {
  generateAuthenticationOptions,
  generateRegistrationOptions,
  verifyAuthenticationResponse,
  verifyRegistrationResponse,
} from '@simplewebauthn/server';
import { Clock } from '../../platform/clock/clock.js';
import { CONFIG, type Config } from '../../platform/config/config.js';
import { Database, type Transaction } from '../../platform/database/database.js';
import { newId } from '../../platform/http/ids.js';
import { sha256 } from '../../platform/secrets/secrets.js';
import { AccountAudit } from './account-audit.js';
import { passkeyRefused } from './auth.errors.js';
import { type ChallengePurpose, type PasskeyRow, PasskeysRepository } from './passkeys.repository.js';
import { type Assertion, type CreatePasskey, toAssertion, toAttestation } from './passkeys.schema.js';

const CHALLENGE_MS = 5 * 60_000;

type Bytes = Uint8Array<ArrayBuffer>;

/** Signatures of people's devices, by WebAuthn. A device asks its person for a PIN or a finger, so that one is two factors. */
/** A passkey whose device has shown that it has it. */
type NewPasskey = Omit<PasskeyRow, 'lastUsedAt'>;

@Injectable()
export class Passkeys {
  constructor(
    private readonly database: Database,
    private readonly repository: PasskeysRepository,
    private readonly accountAudit: AccountAudit,
    private readonly clock: Clock,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /** @param askedBy the hash of the session's token, which alone may answer */
  async registrationOptions(user: { id: string; email: string }, askedBy: Bytes) {
    const known = await this.database.system((transaction) => this.repository.list(transaction, user.id));
    const options = await generateRegistrationOptions({
      rpName: 'Kindred',
      rpID: this.rpId,
      userName: user.email,
      userID: new Uint8Array(Buffer.from(user.id)),
      attestationType: 'none',
      authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
      excludeCredentials: known.map(({ credentialId }) => ({ id: Buffer.from(credentialId).toString('base64url') })),
    });
    await this.keep(options.challenge, 'registration', askedBy);
    return options;
  }

  /**
   * @param askedBy the hash of the token of the session or login that may answer
   * @param userId whose passkeys are asked for; where absent the device offers what it has
   */
  async authenticationOptions(purpose: 'login' | 'step_up', askedBy: Bytes, userId?: string) {
    const known = userId
      ? await this.database.system((transaction) => this.repository.list(transaction, userId))
      : undefined;
    const options = await generateAuthenticationOptions({
      rpID: this.rpId,
      userVerification: 'required',
      ...(known && {
        allowCredentials: known.map(({ credentialId }) => ({ id: Buffer.from(credentialId).toString('base64url') })),
      }),
    });
    await this.keep(options.challenge, purpose, askedBy);
    return options;
  }

  /** Uses the challenge up, in no transaction of the caller's. @returns the passkey, which is still to be created @throws Problem 401 */
  async verifyNew(userId: string, { name, response }: CreatePasskey, askedBy: Bytes): Promise<NewPasskey> {
    const challenge = challengeOf(response.response.clientDataJSON);
    await this.use(challenge, 'registration', askedBy);
    const { verified, registrationInfo } = await verifyRegistrationResponse({
      response: toAttestation(response),
      expectedChallenge: challenge,
      expectedOrigin: this.origin,
      expectedRPID: this.rpId,
      requireUserVerification: true,
    }).catch(refuse);
    if (!verified || !registrationInfo) throw passkeyRefused();
    const { id, publicKey, counter } = registrationInfo.credential;
    return {
      id: newId(),
      userId,
      name,
      credentialId: bytesOfText(id),
      publicKey: new Uint8Array(publicKey),
      counter: BigInt(counter),
      transports: response.response.transports ?? [],
      createdAt: this.clock.now(),
    };
  }

  /** Requires a system transaction. @throws a unique violation where it is known already */
  async create(transaction: Transaction, passkey: NewPasskey): Promise<PasskeyRow> {
    await this.repository.create(transaction, passkey);
    return { ...passkey, lastUsedAt: null };
  }

  /**
   * Uses the challenge up, and counts the signature.
   *
   * @returns whose passkey it is
   * @throws Problem 401, the same whatever is wrong with it
   */
  async authenticate(assertion: Assertion, purpose: 'login' | 'step_up', askedBy: Bytes): Promise<string> {
    const challenge = challengeOf(assertion.response.clientDataJSON);
    await this.use(challenge, purpose, askedBy);
    const row = await this.database.system((transaction) =>
      this.repository.find(transaction, bytesOfText(assertion.id)),
    );
    if (!row) throw passkeyRefused();
    const { verified, authenticationInfo } = await verifyAuthenticationResponse({
      response: toAssertion(assertion),
      expectedChallenge: challenge,
      expectedOrigin: this.origin,
      expectedRPID: this.rpId,
      // Compared below, where two that come at once are told apart.
      credential: { id: assertion.id, publicKey: row.publicKey, counter: 0 },
      requireUserVerification: true,
    }).catch(refuse);
    if (!verified) throw passkeyRefused();
    const isCounted = await this.database.system(async (transaction) => {
      const counted = await this.repository.count(transaction, row.id, authenticationInfo.newCounter, this.clock.now());
      if (!counted) await this.accountAudit.write(transaction, row.userId, 'passkey_refused', {}, 'system');
      return counted;
    });
    if (!isCounted) throw passkeyRefused();
    return row.userId;
  }

  private get origin(): string {
    return new URL(this.config.PUBLIC_URL).origin;
  }

  private get rpId(): string {
    return new URL(this.config.PUBLIC_URL).hostname;
  }

  private async keep(challenge: string, purpose: ChallengePurpose, askedBy: Bytes): Promise<void> {
    const expiresAt = new Date(this.clock.now().getTime() + CHALLENGE_MS);
    const row = { challengeHash: sha256(challenge), purpose, askedBy, expiresAt };
    await this.database.system((transaction) => this.repository.createChallenge(transaction, row));
  }

  /** In a transaction of its own: a wrong answer uses it up too. */
  private async use(challenge: string, purpose: ChallengePurpose, askedBy: Bytes): Promise<void> {
    const now = this.clock.now();
    const isThere = await this.database.system((transaction) =>
      this.repository.useChallenge(transaction, sha256(challenge), purpose, askedBy, now),
    );
    if (!isThere) throw passkeyRefused();
  }
}

/** What the browser says that it signed; nothing where that cannot be read. */
function challengeOf(clientDataJSON: string): string {
  try {
    const { challenge } = JSON.parse(Buffer.from(clientDataJSON, 'base64url').toString()) as { challenge?: unknown };
    return typeof challenge === 'string' ? challenge : '';
  } catch {
    return '';
  }
}

/** The library's texts are for programmers. */
function refuse(): never {
  throw passkeyRefused();
}

function bytesOfText(base64url: string): Bytes {
  return new Uint8Array(Buffer.from(base64url, 'base64url'));
}
