import { Readable } from 'node:stream';
import { Inject, Injectable } from '@nestjs/common';
import { DataStore, Server } from '@tus/server';
import { Upload } from '@tus/utils';
import type { FastifyRequest } from 'fastify';
import { CONFIG, type Config } from '../../platform/config/config.js';
import { Problem } from '../../platform/errors/problem.js';
import { isStream } from '../../platform/http/body.js';
import { type Digest, parseUploadChecksum } from '../../platform/http/digests.js';
import { newId } from '../../platform/http/ids.js';
import { beyondLength, notTus, unknownChecksum, wrongHeaders, wrongOffset } from './uploads.errors.js';
import { type KnownUpload, UPLOAD_HOURS } from './uploads.repository.js';
import { type Place, UploadsService } from './uploads.service.js';

const EXTENSIONS = ['creation', 'termination', 'expiration', 'checksum'];
/** Of what the protocol's server answers; the rest is about pages of other sites, which this API does not serve. */
const ANSWERED = /^(tus-|upload-|location$)/;
/** The import that an upload has become. */
const IMPORT_HEADER = 'kindred-import';

/** Lets `@tus/server` say what of a call is the protocol's (tus 1.0), and {@link UploadsService} what is ours. */
@Injectable()
export class TusService {
  constructor(
    private readonly uploads: UploadsService,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /** What a server may be asked before anything is sent. */
  abilities(): Record<string, string> {
    return {
      'tus-resumable': '1.0.0',
      'tus-version': '1.0.0',
      'tus-extension': EXTENSIONS.join(','),
      'tus-max-size': String(this.config.KINDRED_UPLOAD_BYTES_MAX),
      'tus-checksum-algorithm': 'sha1,sha256',
    };
  }

  /** @returns the headers of the answer */
  async create(place: Place, request: FastifyRequest): Promise<Record<string, string>> {
    await this.uploads.requireDataSet(place);
    return this.speak({ place, request });
  }

  /** @returns the headers of the answer */
  async show(place: Place, uploadId: string, request: FastifyRequest): Promise<Record<string, string>> {
    await this.uploads.get(place, uploadId);
    return this.speak({ place, uploadId, request });
  }

  /** @returns the headers of the answer */
  async append(place: Place, uploadId: string, request: FastifyRequest): Promise<Record<string, string>> {
    await this.uploads.get(place, uploadId);
    if (!isStream(request.body)) throw wrongHeaders('content-type');
    return this.uploads.receive(place, request.body, (open) => this.speak({ place, uploadId, request, open }));
  }

  private async speak(call: TusCall): Promise<Record<string, string>> {
    const { method, url, headers } = call.request;
    if (headers['tus-resumable'] !== '1.0.0') throw notTus();
    const store = new PlaceStore(this.uploads, call.place, checksumOf(call.request));
    let refusal: unknown;
    // One for each call, which knows whose call it is: neither holds anything beyond it.
    const server = new Server({
      path: url.split('?', 1)[0]!,
      datastore: store,
      relativeLocation: true,
      namingFunction: newId,
      getFileIdFromRequest: () => call.uploadId,
      // Who comes second is told so by the row.
      locker: { newLock: () => ({ lock: async () => {}, unlock: async () => {} }) },
      onResponseError: (_, error) => void (refusal = error),
    });
    const answer = await server.handleWeb({
      method,
      url,
      headers: new Headers(Object.entries(headers).filter(isTus)),
      // Not before it is asked for: what is refused is not read.
      get body() {
        return call.open ? Readable.toWeb(call.open()) : null;
      },
    } as unknown as Parameters<Server['handleWeb']>[0]);
    if (answer.status >= 400) throw toProblem(refusal, answer, await answer.text(), store.upload, call.request);
    return { ...Object.fromEntries([...answer.headers].filter(([name]) => ANSWERED.test(name))), ...store.headers() };
  }
}

/** About an upload of the place or, where none is named, about a new one. */
interface TusCall {
  place: Place;
  uploadId?: string;
  request: FastifyRequest;
  /** Of the body, once it is read; absent where there is none. */
  open?: () => Readable;
}

function checksumOf({ headers }: FastifyRequest): Digest | null {
  const header = headers['upload-checksum'];
  if (header === undefined) return null;
  const checksum = parseUploadChecksum(String(header));
  if (!checksum) throw unknownChecksum();
  return checksum;
}

/** Others, such as a proxy's, say nothing about the upload. */
function isTus(header: [string, unknown]): header is [string, string] {
  return /^(tus-|upload-|content-(type|length)$)/.test(header[0]) && typeof header[1] === 'string';
}

function toProblem(
  refusal: unknown,
  { status }: Response,
  text: string,
  upload: KnownUpload | null,
  { headers }: FastifyRequest,
): unknown {
  if (refusal instanceof Problem || (refusal instanceof Error && !('status_code' in refusal))) return refusal;
  if (status === 409 && upload) return wrongOffset(upload.receivedBytes);
  if (status === 413 && upload) return beyondLength(upload.bytes);
  const named = /^Invalid ([a-z -]+)$/.exec(text.trim())?.[1];
  const missing = (headers['content-type'] ? ['upload-offset', 'upload-length'] : ['content-type']).find(
    (name) => !(name in headers),
  );
  return wrongHeaders(named?.replaceAll(' ', ', ') ?? missing ?? 'a header');
}

/** Uploads of one place, as `@tus/server` asks for them. */
class PlaceStore extends DataStore {
  override extensions = EXTENSIONS;
  /** The one that the call is about. */
  upload: KnownUpload | null = null;

  constructor(
    private readonly uploads: UploadsService,
    private readonly place: Place,
    private readonly checksum: Digest | null,
  ) {
    super();
  }

  override async create(upload: Upload): Promise<Upload> {
    await this.uploads.create(this.place, upload.id, upload.size ?? 0, upload.metadata ?? {});
    return this.getUpload(upload.id);
  }

  override async getUpload(id: string): Promise<Upload> {
    this.upload = await this.uploads.get(this.place, id);
    const { bytes: size, receivedBytes: offset, metadata, createdAt: creation_date } = this.upload;
    return new Upload({ id, size, offset, metadata, creation_date });
  }

  override async write(content: Readable, id: string): Promise<number> {
    const received = await this.uploads.append(this.place, this.upload!, content, this.checksum);
    await this.getUpload(id);
    return received;
  }

  override remove(id: string): Promise<void> {
    return this.uploads.delete(this.place, id);
  }

  override getExpiration(): number {
    return UPLOAD_HOURS * 3_600_000;
  }

  headers(): Record<string, string> {
    if (!this.upload) return {};
    const { importId, expiresAt } = this.upload;
    return importId ? { [IMPORT_HEADER]: importId } : { 'upload-expires': new Date(expiresAt).toUTCString() };
  }
}
