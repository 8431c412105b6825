import { Problem } from '../errors/problem.js';

export const providerUnreachable = (issuer: string, seconds: number) =>
  new Problem(
    502,
    'provider_unreachable',
    `${issuer} gave no complete answer within ${seconds} s, or is not at a public address. Try again later; if it stays so, check the issuer.`,
  );

export const providerAnswerWrong = (issuer: string, reason: string) =>
  new Problem(
    502,
    'provider_answer_wrong',
    `${issuer} answered what must not be trusted, so nobody was logged in: ${reason}. Begin again; if it stays so, check how the provider is set up.`,
  );

export const providerRefused = (issuer: string) =>
  new Problem(403, 'provider_refused', `${issuer} did not let you in, or you cancelled there. Begin again.`);
