import 'reflect-metadata';
import { BillingRepository, StripeCatalogue, UntaxedSubscriptions } from '../../libs/features/billing/index.js';
import { CLOCK_QUERY, type ReadClock } from '../../libs/platform/clock/clock.js';
import { stripeClient } from '../../libs/platform/stripe/stripe.module.js';
import { syncCatalogue, syncTax } from './sync-catalogue.js';
import { runCommand, withDatabase } from './with-database.js';

// `npm run catalogue`: says what Stripe lacks of the plans and prices that are sold, and with `-- --apply` makes it so, and where taxes are asked for which fees have none: at the Stripe of
// STRIPE_SECRET_KEY, or without one at the local Stripe of the installation that runs. Run again, it finds nothing to do.
await runCommand(() =>
  withDatabase(async (database, config) => {
    const args = process.argv.slice(2);
    const unknown = args.find((each) => each !== '--apply');
    if (unknown !== undefined) throw new Error(`there is no option ${unknown}: npm run catalogue -- --apply`);
    const local = { STRIPE_SECRET_KEY: 'sk_test_local', STRIPE_API_URL: `http://127.0.0.1:${config.PORT + 1}` };
    const stripe = stripeClient(config.STRIPE_SECRET_KEY ? config : local);
    const prices = await database.system(async (transaction) => {
      const [{ nowMs, offsetMs }] = await transaction.$queryRawUnsafe<[ReadClock]>(CLOCK_QUERY);
      return new BillingRepository().listCatalogue(transaction, new Date(nowMs + offsetMs));
    });
    await syncCatalogue(new StripeCatalogue(stripe), prices, args.length > 0, console.log);
    if (config.KINDRED_STRIPE_TAX) await syncTax(new UntaxedSubscriptions(stripe), args.length > 0, console.log);
    return 0;
  }),
);
