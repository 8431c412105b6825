import { Problem } from '../../platform/errors/problem.js';

export const documentChanged = () =>
  new Problem(
    409,
    'document_changed',
    'There is a newer version of this text: read it, and agree to that one. GET /v1/me/consents names it.',
  );
