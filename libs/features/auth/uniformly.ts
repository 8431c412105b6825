import { setTimeout as sleep } from 'node:timers/promises';
import type { Config } from '../../platform/config/config.js';

/** Answers no earlier than a while after the call, whether or not there is such an account. */
export async function uniformly<T>({ KINDRED_SIGN_IN_MS }: Config, work: () => Promise<T>): Promise<T> {
  const [result] = await Promise.allSettled([work(), sleep(KINDRED_SIGN_IN_MS)]);
  if (result.status === 'rejected') throw result.reason;
  return result.value;
}
