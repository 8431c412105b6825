import type { FastifyRequest } from 'fastify';

/** The organization that a call names, by its id, as the one to act in. */
export function organizationOf({ headers }: FastifyRequest): string | undefined {
  const named = headers['kindred-organization'];
  return Array.isArray(named) ? named.join() : named;
}
