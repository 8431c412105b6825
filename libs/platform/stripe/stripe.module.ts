import { Global, Module } from '@nestjs/common';
import Stripe from 'stripe';
import { CONFIG, type Config } from '../config/config.js';

/** The client of Stripe: the real one, or the local one where STRIPE_API_URL points to it. @throws Error without a key */
export function stripeClient(config: Pick<Config, 'STRIPE_SECRET_KEY' | 'STRIPE_API_URL'>): Stripe {
  if (!config.STRIPE_SECRET_KEY) throw new Error('Configuration: the API needs STRIPE_SECRET_KEY. See .env.example.');
  const address = config.STRIPE_API_URL ? new URL(config.STRIPE_API_URL) : undefined;
  return new Stripe(config.STRIPE_SECRET_KEY, {
    maxNetworkRetries: 2,
    timeout: 20_000,
    ...(address && {
      host: address.hostname,
      port: address.port,
      protocol: address.protocol === 'http:' ? ('http' as const) : ('https' as const),
    }),
  });
}

const stripe = { provide: Stripe, inject: [CONFIG], useFactory: stripeClient };

@Global()
@Module({ providers: [stripe], exports: [stripe] })
export class StripeModule {}
