import Stripe from 'stripe';
import type { Account } from './account.js';

const POLL_MS = 50;
const FIRST_PAUSE_MS = 1_000;
/** On one machine whoever did not answer is mostly about to: Stripe's own pauses grow to hours. */
const PAUSE_MAX_MS = 300_000;
const TRIED_FOR_MS = 3 * 86_400_000;
const TIMEOUT_MS = 30_000;

/**
 * Sends each event to the webhook, signed, in the order in which they happened. What is not taken with a 2xx is sent again after ever
 * longer pauses for three days, and does not hold up what comes after it. What is still to be sent is in the store, and outlives us.
 */
export function deliver(account: Account, url: string, secret: string): () => Promise<void> {
  const { store } = account;
  const signer = new Stripe('sk_test_local');
  const stopped = new AbortController();
  let wake = () => {};

  const send = async (id: string): Promise<boolean> => {
    const event = store.transaction(() => store.get('event', id));
    if (!event) return true;
    const payload = JSON.stringify(event, null, 2);
    const signature = await signer.webhooks.generateTestHeaderStringAsync({ payload, secret });
    const headers = { 'content-type': 'application/json; charset=utf-8', 'stripe-signature': signature };
    const signal = AbortSignal.any([stopped.signal, AbortSignal.timeout(TIMEOUT_MS)]);
    return fetch(url, { method: 'POST', headers, body: payload, redirect: 'manual', signal }).then(
      ({ ok }) => ok,
      () => false,
    );
  };
  const loop = async () => {
    store.hastenDeliveries(Date.now());
    while (!stopped.signal.aborted) {
      const next = store.nextDelivery(Date.now());
      if (!next) {
        await new Promise<void>((resolve) => {
          wake = resolve;
          setTimeout(resolve, POLL_MS);
        });
        continue;
      }
      const isTaken = await send(next.id);
      if (stopped.signal.aborted) return;
      store.transaction(() => {
        const event = store.get('event', next.id);
        const isGivenUp = event && Date.now() - store.notes('event', next.id).keptAt * 1000 > TRIED_FOR_MS;
        if (isTaken || isGivenUp) {
          if (event) event.pending_webhooks = 0;
          store.endDelivery(next.seq);
        } else
          store.postponeDelivery(next.seq, Date.now() + Math.min(FIRST_PAUSE_MS * 2 ** next.attempts, PAUSE_MAX_MS));
      });
    }
  };
  const running = loop();
  return async () => {
    stopped.abort();
    wake();
    await running;
  };
}
