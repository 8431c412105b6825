import type { Config } from '../../libs/platform/config/config.js';

/**
 * What is for trying out is not taken along by forgetting a setting: beside a database of one's own, or an address that others
 * reach, the demo's known accounts and a Stripe at which everyone pays for nothing must be asked for.
 *
 * @param environment as it was set, without defaults
 * @throws Error that names what to set
 */
export function refuseTrialParts(environment: NodeJS.ProcessEnv, config: Config): void {
  const signs = signsOfUse(environment, config);
  if (signs.length === 0) return;
  const beside = `beside ${signs.join(' and ')}`;
  if (!environment['KINDRED_SEED']) {
    throw new Error(
      `the demo organization is not made unasked ${beside}: set KINDRED_SEED=none, or KINDRED_SEED=demo where this is for trying out.`,
    );
  }
  if (!config.STRIPE_SECRET_KEY && !config.KINDRED_LOCAL_STRIPE) {
    throw new Error(
      `the local Stripe, at which a test card pays for everything, does not run unasked ${beside}: set STRIPE_SECRET_KEY and STRIPE_WEBHOOK_SECRET, or KINDRED_LOCAL_STRIPE=true where this is for trying out.`,
    );
  }
}

/** Whether everything is on this machine, reached by nobody else. */
export function isForTrying(environment: NodeJS.ProcessEnv, config: Config): boolean {
  const { hostname } = new URL(config.PUBLIC_URL);
  const isHere = ['localhost', '127.0.0.1', '[::1]'].includes(hostname);
  return isHere && signsOfUse(environment, config).length === 0;
}

function signsOfUse(environment: NodeJS.ProcessEnv, config: Config): string[] {
  return [
    environment['DATABASE_URL'] ? 'DATABASE_URL' : '',
    config.PUBLIC_URL.startsWith('https:') ? 'PUBLIC_URL with https' : '',
  ].filter(Boolean);
}
