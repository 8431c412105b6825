import { hmac } from '../../platform/secrets/secrets.js';

/** By which a person of a project is known again once their id is forgotten; another project's hash of the same id differs. */
export function hashUser(secret: string, projectId: string, userId: string): Uint8Array<ArrayBuffer> {
  return hmac(secret, 'erased-user', `${projectId}/${userId}`);
}
