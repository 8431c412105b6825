import type { IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import { GetObjectCommand, S3Client, type S3ClientConfig } from '@aws-sdk/client-s3';
import { guardedAgent, guardedRequest, isRefusedAddress, timedOut } from '../../platform/http/guarded-request.js';
import { printable } from '../../platform/http/text.js';
import type { Target } from './target.js';

/** Followed, each by its own host's public addresses. */
const REDIRECTS_MAX = 3;
/** Without a byte of an answer or of a file. */
const SILENT_MS = 60_000;
const REGION = 'us-east-1';

/** By which a server tells whether a file is another than before. */
export interface Validators {
  etag: string | null;
  lastModified: string | null;
}

/** A file that is on its way. */
export interface OpenedFile extends Validators {
  content: Readable;
}

/** Nothing was fetched; the message is for the customer, and holds no address that a name resolved to. */
export class FetchError extends Error {}

/**
 * Asks for a file, which then streams in until the signal ends it.
 *
 * @param known of the file that was had before
 * @param atPrivateAddresses whether it may be anywhere, and over http
 * @returns null where it is still that one
 * @throws FetchError
 */
export async function openFile(
  target: Target,
  known: Validators,
  signal: AbortSignal,
  atPrivateAddresses: boolean,
): Promise<OpenedFile | null> {
  try {
    return target.url.startsWith('s3:')
      ? await openObject(target, known, signal, atPrivateAddresses)
      : await openUrl(target, known, signal, atPrivateAddresses);
  } catch (error) {
    throw toFetchError(error, hostOf(target));
  }
}

/** What broke a stream off, or hindered it from beginning, in words. @returns the error itself where it is none of the line's */
export function toFetchError(error: unknown, host: string): unknown {
  const { name, code, message = '' } = (error ?? {}) as NodeJS.ErrnoException;
  if (error instanceof FetchError) return error;
  if (name === 'TimeoutError') return new FetchError(`The server at ${host} did not send the whole file in time.`);
  if (name === 'AbortError') return error;
  if (isRefusedAddress({ name: '', message })) {
    return new FetchError(`${host} is not at a public address: files are fetched from public addresses alone.`);
  }
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return new FetchError(`There is no host ${host}.`);
  if (code === 'ECONNREFUSED') return new FetchError(`The server at ${host} refused the connection.`);
  if (/^(ERR_TLS|CERT_|UNABLE_TO|DEPTH_ZERO|SELF_SIGNED|ERR_SSL|EPROTO)/.test(code ?? ''))
    return new FetchError(`The server at ${host} showed no certificate that can be trusted (${code}).`);
  if (/^(ECONN|ETIMEDOUT|EPIPE|EHOST|ENET|ERR_STREAM_PREMATURE_CLOSE|HPE_)/.test(code ?? ''))
    return new FetchError(`The connection to the server at ${host} broke off (${code}).`);
  return error;
}

/** The host that a customer knows it by. */
export function hostOf({ url, s3 }: Target): string {
  if (!url.startsWith('s3:')) return new URL(url).host;
  return s3?.endpoint ? new URL(s3.endpoint).host : 'Amazon S3';
}

async function openUrl(
  { url, authorization }: Target,
  { etag, lastModified }: Validators,
  signal: AbortSignal,
  atPrivateAddresses: boolean,
): Promise<OpenedFile | null> {
  const headers: Record<string, string> = {
    'user-agent': 'Kindred-Imports/1',
    accept: '*/*',
    ...(etag && { 'if-none-match': etag }),
    ...(lastModified && !etag && { 'if-modified-since': lastModified }),
  };
  let address = new URL(url);
  for (let redirects = 0; ; redirects++) {
    const isSameHost = address.origin === new URL(url).origin;
    const sent = { ...headers, ...(authorization && isSameHost && { authorization }) };
    const options = { method: 'GET', headers: sent, signal };
    const answer = await guardedRequest(address.href, options, atPrivateAddresses, undefined, SILENT_MS);
    const { statusCode: status = 0 } = answer;
    const { location } = answer.headers;
    if (status === 200) return toFile(answer);
    answer.destroy();
    if (status === 304) return null;
    if (![301, 302, 303, 307, 308].includes(status) || !location) throw refused(address.host, status);
    if (redirects === REDIRECTS_MAX) {
      throw new FetchError(`The server at ${address.host} redirected more than ${REDIRECTS_MAX} times.`);
    }
    address = redirected(location, address, atPrivateAddresses);
  }
}

function redirected(location: string, from: URL, atPrivateAddresses: boolean): URL {
  const isUrl = URL.canParse(location, from.href);
  const to = isUrl ? new URL(location, from) : null;
  if (to?.protocol === 'https:' || (to?.protocol === 'http:' && atPrivateAddresses)) return to;
  throw new FetchError(`The server at ${from.host} redirected to an address that is not https.`);
}

function toFile(answer: IncomingMessage): OpenedFile {
  const { etag = null, 'last-modified': lastModified = null } = answer.headers;
  answer.setTimeout(SILENT_MS, () => answer.destroy(timedOut()));
  return { content: answer, etag, lastModified };
}

async function openObject(
  { url, s3 = {} }: Target,
  { etag }: Validators,
  signal: AbortSignal,
  atPrivateAddresses: boolean,
): Promise<OpenedFile | null> {
  const { host: bucket, pathname } = new URL(url);
  const host = hostOf({ url, s3 });
  const key = keyOf(pathname);
  const client = new S3Client(clientOptions(s3, atPrivateAddresses));
  const silence = new AbortController();
  const timer = setTimeout(() => silence.abort(), SILENT_MS);
  try {
    const command = new GetObjectCommand({ Bucket: bucket, Key: key, ...(etag && { IfNoneMatch: etag }) });
    const { Body, ETag = null } = await client.send(command, {
      abortSignal: AbortSignal.any([signal, silence.signal]),
    });
    const content = Body as Readable;
    const close = () => client.destroy();
    content.once('close', close).once('error', close);
    signal.addEventListener('abort', () => content.destroy(signal.reason as Error), { once: true });
    return { content, etag: ETag, lastModified: null };
  } catch (error) {
    client.destroy();
    const { name, $metadata } = error as Error & { $metadata?: { httpStatusCode?: number } };
    if ($metadata?.httpStatusCode === 304) return null;
    if ($metadata?.httpStatusCode) throw refused(host, $metadata.httpStatusCode, name);
    throw silence.signal.aborted && !signal.aborted ? timedOut() : error;
  } finally {
    clearTimeout(timer);
  }
}

function keyOf(pathname: string): string {
  try {
    return decodeURIComponent(pathname.slice(1));
  } catch (cause) {
    throw new FetchError('The key after s3:// must have a % of its own as %25. Check the address.', { cause });
  }
}

function clientOptions(s3: NonNullable<Target['s3']>, atPrivateAddresses: boolean): S3ClientConfig {
  const { accessKeyId, secretAccessKey, endpoint, region = REGION } = s3;
  return {
    region,
    ...(endpoint && { endpoint, forcePathStyle: true }),
    maxAttempts: 1,
    ...(accessKeyId && secretAccessKey
      ? { credentials: { accessKeyId, secretAccessKey } }
      : { credentials: { accessKeyId: '', secretAccessKey: '' }, signer: { sign: async (request) => request } }),
    requestHandler: {
      httpAgent: guardedAgent('http://s3', atPrivateAddresses),
      httpsAgent: guardedAgent('https://s3', atPrivateAddresses),
      connectionTimeout: SILENT_MS,
      socketTimeout: SILENT_MS,
    },
  } as S3ClientConfig;
}

/** @param reason that a store names, such as NoSuchKey */
function refused(host: string, status: number, reason?: string): FetchError {
  const answer = reason && reason !== 'Error' ? `${status} (${printable(reason).slice(0, 100)})` : status;
  if (status === 401 || status === 403)
    return new FetchError(
      `The server at ${host} answered ${answer}: it does not let us have the file. Check what the source shows it.`,
    );
  if (status === 404 || status === 410)
    return new FetchError(`The server at ${host} answered ${answer}: there is no such file. Check the address.`);
  if (status === 429 || status >= 500)
    return new FetchError(`The server at ${host} answered ${answer}, which is for the server to put right.`);
  return new FetchError(`The server at ${host} answered ${answer}, where 200 was expected.`);
}
