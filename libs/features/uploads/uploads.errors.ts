import { Problem } from '../../platform/errors/problem.js';

/** Versions of the protocol, as tus says it to whoever speaks another. */
const SPOKEN = { 'tus-resumable': '1.0.0', 'tus-version': '1.0.0' };

export const notTus = () =>
  new Problem(412, 'upload_protocol', 'Uploads in pieces speak tus 1.0: send the header "Tus-Resumable: 1.0.0".', {
    headers: SPOKEN,
  });

export const wrongHeaders = (names: string) =>
  new Problem(
    400,
    'upload_protocol',
    `The request is none of tus 1.0: ${names} missing or not as tus has it. A client such as tus-js-client sends it right.`,
    { headers: SPOKEN },
  );

export const wrongOffset = (received: number) =>
  new Problem(
    409,
    'upload_offset_conflict',
    `Upload-Offset is not where the upload stands: it holds ${received} bytes. Ask by HEAD and go on from there.`,
  );

export const beyondLength = (bytes: number) =>
  new Problem(
    413,
    'upload_beyond_length',
    `The piece goes beyond the ${bytes} bytes of Upload-Length: nothing of it was kept. Send what is missing alone.`,
  );

export const wrongChecksum = () =>
  new Problem(
    460,
    'wrong_checksum',
    'The bytes that arrived are not those of Upload-Checksum: something on the way has changed them. The piece was dropped: send it again.',
  );

export const unknownChecksum = () =>
  new Problem(400, 'invalid_request', 'Upload-Checksum must be "sha1" or "sha256", a space, and the digest in Base64.');

export const tooManyOpenUploads = (most: number) =>
  new Problem(
    409,
    'too_many_open_uploads',
    `Your organization has begun ${most} uploads in pieces that are not finished: finish or delete one, or wait until it expires.`,
  );

export const tooManyPieces = (most: number) =>
  new Problem(
    409,
    'too_many_pieces',
    `The upload came in ${most} pieces, the most that it may: begin anew and send larger ones, such as of 8 MiB.`,
  );

export const uploadExpired = () =>
  new Problem(410, 'upload_expired', 'The upload was not finished in time and has expired: begin a new one.');

export const uploadFinished = () =>
  new Problem(
    409,
    'upload_finished',
    'The upload is complete and has become an import, which it cannot be taken out of.',
  );
