import { Problem } from '../../platform/errors/problem.js';

export const tooManyUrlSources = (most: number) =>
  new Problem(
    409,
    'too_many_url_sources',
    `An organization has files fetched from at most ${most} addresses: delete one that you no longer need.`,
  );

export const sourceNotPublic = (path: 'url' | 's3.endpoint') => {
  const message = 'must be at a public address: files are fetched neither from localhost nor from a private network';
  return new Problem(400, 'invalid_request', `${path}: ${message}`, { errors: [{ path, message }] });
};

export const sourceNotHttps = () => {
  const message = 'must begin with https:// or s3://: over http anybody on the way could change the file';
  return new Problem(400, 'invalid_request', `url: ${message}`, { errors: [{ path: 'url', message }] });
};
