// An API whose metering the bench may replace, to see what it costs.
import { createApi } from '../../apps/api/create-api.js';
import { Quotas, type Reservation } from '../../libs/features/limits/index.js';
import { type MeteredCall, UsageRecorder } from '../../libs/features/usage/index.js';
import { readConfig } from '../../libs/platform/config/config.js';
import { stopOnSignal } from '../../libs/platform/telemetry/lifecycle.js';

const { METERING, ...environment } = process.env;
const config = readConfig(environment);
const app = await createApi(config);
const recorder = app.get(UsageRecorder, { strict: false });
if (METERING === 'none') {
  const context = { priceVersionId: '', periodStart: '' };
  const reservation: Reservation = {
    context,
    use: (meter, quantity) => ({ meter, quantity }),
    commit: () => {},
    release: () => {},
  };
  app.get(Quotas, { strict: false }).reserve = async () => reservation;
  recorder.record = async () => {};
}
if (METERING === 'postgres') recorder.record = groupCommit();
stopOnSignal(app);
await app.listen(config.PORT, config.HOST);
process.send?.('ready');

/** As it was before the journal: while one batch is on its way to Postgres the next gathers. */
function groupCommit(): (call: MeteredCall) => Promise<void> {
  let waiting: { call: MeteredCall; resolve: () => void; reject: (error: Error) => void }[] = [];
  let isWriting = false;
  let sequence = 1e9;
  const write = async () => {
    isWriting = true;
    while (waiting.length > 0) {
      const batch = waiting;
      waiting = [];
      const entries = batch.map(({ call }) => ({ sequence: sequence++, call }));
      await recorder.drain(recorder.nodeId, entries).then(
        () => batch.forEach(({ resolve }) => resolve()),
        (error: Error) => batch.forEach(({ reject }) => reject(error)),
      );
    }
    isWriting = false;
  };
  return (call) =>
    new Promise((resolve, reject) => {
      waiting.push({ call, resolve, reject });
      if (!isWriting) void write();
    });
}
