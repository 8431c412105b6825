import { Inject, Injectable } from '@nestjs/common';
import { errors, type JWTPayload, jwtVerify } from 'jose';
import { BOUNDS } from '../../platform/bounds.js';
import { Changes } from '../../platform/changes/changes.js';
import { WatchedCache } from '../../platform/changes/watched-cache.js';
import { Clock } from '../../platform/clock/clock.js';
import { CONFIG, type Config, secretsOf } from '../../platform/config/config.js';
import { Database } from '../../platform/database/database.js';
import { refuseUnstorable } from '../../platform/http/text.js';
import { openUserTokenSecret } from './user-token-secret.js';
import { UserTokenSecretsRepository } from './user-token-secrets.repository.js';
import { invalidUserToken, type UserTokenFault } from './user-tokens.errors.js';

/** By which the clock of a customer's server may be ahead of ours, or behind. */
const SKEW_SECONDS = 30;
/** A token holds an id of the bounded length and little besides. */
const CHARACTERS_MAX = 4_096;

/** Who uses a page, by what the customer's server signed: a JWT (RFC 7519) by HMAC-SHA-256 and by nothing else. */
@Injectable()
export class UserTokens {
  /** By project. */
  private readonly secrets: WatchedCache<Uint8Array[]>;

  constructor(
    private readonly database: Database,
    private readonly repository: UserTokenSecretsRepository,
    private readonly clock: Clock,
    changes: Changes,
    @Inject(CONFIG) private readonly config: Config,
  ) {
    this.secrets = new WatchedCache(changes);
    changes.onChange(({ table, id }) => {
      if (table === 'user_token_secrets') this.secrets.forget(id);
    });
  }

  /**
   * The user's id.
   *
   * @throws Problem 401 that says what is wrong with the token
   */
  async verify(tenantId: string, projectId: string, token: string): Promise<string> {
    if (token.length > CHARACTERS_MAX) throw invalidUserToken('malformed');
    const payload = await this.open(await this.secretsOf(tenantId, projectId), projectId, token);
    const { sub, exp } = payload;
    // Whoever steals a token, or a page that is left open, has it for a while only.
    const latest = this.clock.now().getTime() / 1000 + BOUNDS.userTokenMinutes.most * 60 + SKEW_SECONDS;
    if (exp! > latest) throw invalidUserToken('lifetime');
    if (typeof sub !== 'string' || sub === '' || sub.length > BOUNDS.idCharacters.most)
      throw invalidUserToken('claims');
    refuseUnstorable(sub, ['sub']);
    return sub;
  }

  private async open(secrets: Uint8Array[], projectId: string, token: string): Promise<JWTPayload> {
    for (const secret of secrets) {
      try {
        const { payload } = await jwtVerify(token, secret, {
          algorithms: ['HS256'],
          audience: projectId,
          requiredClaims: ['sub', 'exp'],
          clockTolerance: SKEW_SECONDS,
          currentDate: this.clock.now(),
        });
        return payload;
      } catch (error) {
        if (!(error instanceof errors.JWSSignatureVerificationFailed)) throw invalidUserToken(faultOf(error));
      }
    }
    throw invalidUserToken('signature');
  }

  private secretsOf(tenantId: string, projectId: string): Promise<Uint8Array[]> {
    return this.secrets.get(projectId, async () => {
      const rows = await this.database.tenant(tenantId, (transaction) =>
        this.repository.listSealed(transaction, projectId),
      );
      const platform = secretsOf(this.config);
      return rows.map(({ id, secret }) => new TextEncoder().encode(openUserTokenSecret(platform, id, secret)));
    });
  }
}

function faultOf(error: unknown): UserTokenFault {
  if (error instanceof errors.JWTExpired) return 'expired';
  if (error instanceof errors.JWTClaimValidationFailed) return error.claim === 'aud' ? 'audience' : 'claims';
  return 'malformed';
}
