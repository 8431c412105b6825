import type {
  PublicKeyCredentialCreationOptionsJSON,
  PublicKeyCredentialRequestOptionsJSON,
} from '@simplewebauthn/browser';

/** Why the browser gave no passkey. It does not tell a prompt that was cancelled from one that timed out. */
export type PasskeyProblem = 'cancelled' | 'known' | 'failed';

export class PasskeyError extends Error {
  constructor(readonly problem: PasskeyProblem) {
    super(problem);
    this.name = 'PasskeyError';
  }
}

const PROBLEMS: Record<string, PasskeyProblem> = {
  NotAllowedError: 'cancelled',
  AbortError: 'cancelled',
  // Only of a new one, which the device already holds for this account.
  InvalidStateError: 'known',
};

// Needed by the few who have a passkey, so not loaded before.
const load = () => import('@simplewebauthn/browser');

/** @throws PasskeyError */
async function inWords<T>(answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    throw new PasskeyError(PROBLEMS[(error as Error).name] ?? 'failed');
  }
}

/** Asks the person for one of their passkeys. @throws PasskeyError */
export async function askForPasskey(options: object) {
  const { startAuthentication } = await load();
  return inWords(startAuthentication({ optionsJSON: options as PublicKeyCredentialRequestOptionsJSON }));
}

/** Has the person make a passkey. @throws PasskeyError */
export async function makePasskey(options: object) {
  const { startRegistration } = await load();
  return inWords(startRegistration({ optionsJSON: options as PublicKeyCredentialCreationOptionsJSON }));
}

/**
 * Lets the browser offer passkeys in a field that is marked for them, which only some can, until one is chosen.
 *
 * @param begin asks the API, once it is known that the browser can
 * @param signal ends it
 */
export async function suggestPasskeys(begin: () => Promise<object>, signal: AbortSignal) {
  const { browserSupportsWebAuthnAutofill, startAuthentication, WebAuthnAbortService } = await load();
  if (!(await browserSupportsWebAuthnAutofill())) throw new PasskeyError('failed');
  const optionsJSON = (await begin()) as PublicKeyCredentialRequestOptionsJSON;
  // There is one at a time: by now it may be somebody else's.
  signal.throwIfAborted();
  signal.addEventListener('abort', () => WebAuthnAbortService.cancelCeremony(), { once: true });
  return inWords(startAuthentication({ optionsJSON, useBrowserAutofill: true }));
}
