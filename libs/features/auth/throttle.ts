import { Inject, Injectable } from '@nestjs/common';
import { CONFIG, type Config } from '../../platform/config/config.js';
import { subscriberOf } from '../../platform/http/network.js';
import { type Bucket, TokenBuckets } from '../../platform/throttle/token-buckets.js';

/** Calls of the public pages from one network: what a person does by hand, and a few behind one address. */
const VISITS = { burst: 60, perSecond: 1 };
/** Calls of a log-in by passkey from one network, which the form begins by itself each time it is opened. */
const PASSKEYS = { burst: 60, perSecond: 1 };
/** Messages of one organization: ten at once, then ten an hour. */
const MESSAGES = { burst: 10, perSecond: 10 / 3600 };

/** Mails to strangers in the name of one organization: a team at once, then 50 an hour. */
const INVITATIONS = { burst: 100, perSecond: 50 / 3600 };

/**
 * Slows down whoever guesses or floods, over all processes: token buckets by account and by address. Nobody is locked out: a browser that
 * the account's owner has signed in from has buckets of its own, which nobody else's guesses drain.
 */
@Injectable()
export class Throttle {
  constructor(
    private readonly buckets: TokenBuckets,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /**
   * Before a password is compared.
   *
   * @param device of a browser that has signed in to this very account before
   * @returns gives the attempt back: it was no guess
   * @throws Problem 429 with the time to wait, the same whether or not the account exists
   */
  async admitLogin(email: string, address: string, device: string | null): Promise<() => Promise<void>> {
    const { KINDRED_LOGIN_TRIES: tries } = this.config;
    const byAccount = { key: `login/account/${email}`, burst: tries, perSecond: 1 / 60 };
    const byAddress = { key: `login/address/${subscriberOf(address)}`, burst: 3 * tries, perSecond: 1 / 10 };
    return this.admit(
      device ? [{ key: `login/device/${device}`, burst: tries, perSecond: 1 / 60 }] : [byAddress, byAccount],
    );
  }

  /**
   * Before a code of a second factor is compared. Whoever guesses knows the password already: they have a few tries, and then one in five minutes.
   *
   * @param device of a browser that has signed in to this very account before
   * @returns gives the attempt back: it was no guess
   * @throws Problem 429
   */
  async admitCode(userId: string, device: string | null): Promise<() => Promise<void>> {
    const key = device ? `code/device/${device}` : `code/account/${userId}`;
    return this.admit([{ key, burst: this.config.KINDRED_LOGIN_TRIES, perSecond: 1 / 300 }]);
  }

  /** Before an account is made. @throws Problem 429 */
  async admitSignup(email: string, address: string): Promise<void> {
    const { KINDRED_SIGNUPS: signups } = this.config;
    await this.admit([
      { key: `signup/address/${subscriberOf(address)}`, burst: signups, perSecond: signups / 3600 },
      { key: `signup/account/${email}`, burst: 3, perSecond: 3 / 3600 },
    ]);
  }

  /**
   * Before a mail with a link is sent because somebody asked for it.
   *
   * @throws Problem 429, the same whether or not the account exists
   */
  async admitMail(
    what: 'verification' | 'password-reset' | 'email-change',
    email: string,
    address: string,
  ): Promise<void> {
    const { KINDRED_SIGNUPS: signups } = this.config;
    await this.admit([
      { key: `${what}/address/${subscriberOf(address)}`, burst: signups, perSecond: signups / 3600 },
      { key: `${what}/account/${email}`, burst: 3, perSecond: 3 / 3600 },
    ]);
  }

  /** Before a visitor without an account is answered by what costs something. @throws Problem 429 */
  async admitVisitor(address: string): Promise<void> {
    await this.admit([{ key: `visitor/address/${subscriberOf(address)}`, ...VISITS }]);
  }

  /** Before a log-in by passkey is begun or ended: whoever reads public pages behind the same address keeps nobody out. @throws Problem 429 */
  async admitPasskey(address: string): Promise<void> {
    await this.admit([{ key: `passkey/address/${subscriberOf(address)}`, ...PASSKEYS }]);
  }

  /** Before a message to the operator is taken. @throws Problem 429 */
  async admitMessage(tenantId: string): Promise<void> {
    await this.admit([{ key: `message/organization/${tenantId}`, ...MESSAGES }]);
  }

  /** Before an invitation is mailed. @throws Problem 429 where the organization has sent too many */
  async admitInvitation(tenantId: string): Promise<void> {
    await this.admit([{ key: `invitation/organization/${tenantId}`, ...INVITATIONS }]);
  }

  private async admit(buckets: Bucket[]): Promise<() => Promise<void>> {
    for (const bucket of buckets) await this.buckets.take(bucket);
    return () => this.buckets.giveBack(buckets);
  }
}
