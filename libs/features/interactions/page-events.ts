import { createHash } from 'node:crypto';
import { Problem } from '../../platform/errors/problem.js';
import type { SendInteractions } from './interactions.schema.js';

const dataSetNotAllowed = () =>
  new Problem(
    403,
    'data_set_not_allowed',
    "Events of web pages go into the project's live data set. Leave dataSetId out, or send with a secret key from a server.",
  );

/** The events of a call that a page makes, as objects, whatever is wrong with them otherwise. */
export function findPersons(body: unknown): unknown[] {
  const { interactions } = (body ?? {}) as { interactions?: unknown };
  return Array.isArray(interactions) ? interactions : [];
}

/**
 * What a page sends as the platform takes it. Anybody can write into a page's call: so the ids of its events are known again for the same
 * person alone, and keep out no event of somebody else's, nor of the customer's server.
 *
 * @throws Problem 403 where it names a data set
 */
export function ofPage({ dataSetId, interactions }: SendInteractions): SendInteractions {
  if (dataSetId !== undefined) throw dataSetNotAllowed();
  return { interactions: interactions.map(ofPerson) };
}

function ofPerson(event: unknown): unknown {
  const { userId, interactionId } = (event ?? {}) as { userId?: unknown; interactionId?: unknown };
  // What else may be wrong is told of each event.
  if (typeof userId !== 'string' || typeof interactionId !== 'string' || interactionId.trim() === '') return event;
  const hash = createHash('sha256')
    .update(JSON.stringify([userId, interactionId]))
    .digest('hex');
  return { ...(event as object), interactionId: `page:${hash}` };
}
