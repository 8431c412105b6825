import 'reflect-metadata';
import { moveClock, readMoment } from './move-clock.js';
import { runCommand, withDatabase } from './with-database.js';

// `npm run clock -- +30d`, `+2h`, or a time such as 2027-01-31T00:00:00Z: moves the clock that billing, expiry and retention read forward, together
// with the local Stripe's; with nothing after --, says what it shows. For trying out: there is no way back but npm start -- --reset.
await runCommand(() =>
  withDatabase(async (database, config) => {
    if (process.env['STRIPE_SECRET_KEY'])
      throw new Error('only the local Stripe’s clock can be moved, and STRIPE_SECRET_KEY names another one.');
    const stripeUrl = `http://127.0.0.1:${config.PORT + 1}`;
    const [, , text] = process.argv;
    const moment = await moveClock(database, stripeUrl, text ? (now) => readMoment(text, now) : undefined);
    console.log(`It is ${moment.toISOString()}.`);
    return 0;
  }),
);
