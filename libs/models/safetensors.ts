import { z } from 'zod';

/** The bytes are not an artifact that this version can read; the message says which rule they break. */
export class ArtifactError extends Error {
  override readonly name = 'ArtifactError';
}

const ELEMENT_TYPES = { U8: Uint8Array, U32: Uint32Array, F32: Float32Array };

export type Dtype = keyof typeof ELEMENT_TYPES;
export type TensorArray<D extends Dtype = Dtype> = { U8: Uint8Array; U32: Uint32Array; F32: Float32Array }[D];

export interface Tensor {
  /** At most two lengths; their product is the array's length. */
  shape: number[];
  array: TensorArray;
}

/** Tensors and text of one file, by name. */
export interface TensorFile {
  metadata: Record<string, string>;
  tensors: Record<string, Tensor>;
}

/** Tensors start at multiples of this many bytes from the start of the file. */
const ALIGNMENT = 64;
const HEADER_LENGTH_MAX = 1_000_000;
const PADDING_PREFIX = 'padding.';

const size = z.int().min(0);
const tensorHeader = z.strictObject({
  dtype: z.enum(['U8', 'U32', 'F32']),
  shape: z.array(size).max(2),
  data_offsets: z.tuple([size, size]),
});
const fileHeader = z.object({ __metadata__: z.record(z.string(), z.string()) }).catchall(tensorHeader);
type TensorHeader = z.infer<typeof tensorHeader>;

/**
 * Lays out a safetensors file (huggingface/safetensors, "Format"): u64 header length, JSON header, then the tensors
 * without gaps, little-endian. The format forbids gaps, so alignment is by U8 tensors named `padding.N`.
 */
export function writeSafetensors({ metadata, tensors }: TensorFile): Uint8Array<ArrayBuffer> {
  const header: Record<string, unknown> = { __metadata__: metadata };
  const starts: number[] = [];
  let end = 0;
  for (const [name, { shape, array }] of Object.entries(tensors)) {
    const gap = alignUp(end) - end;
    if (gap > 0) header[`${PADDING_PREFIX}${starts.length}`] = describeTensor('U8', [gap], end, gap);
    starts.push(end + gap);
    header[name] = describeTensor(dtypeOf(array), shape, end + gap, array.byteLength);
    end += gap + array.byteLength;
  }
  const json = Buffer.from(JSON.stringify(header));
  const dataStart = alignUp(8 + json.length);
  const bytes = new Uint8Array(dataStart + end);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(dataStart - 8), true);
  bytes.set(json, 8);
  bytes.fill(0x20, 8 + json.length, dataStart);
  Object.values(tensors).forEach(({ array }, i) => bytes.set(bytesOf(array), dataStart + starts[i]));
  return bytes;
}

/**
 * Reads a file that {@link writeSafetensors} or another safetensors writer laid out. Arrays are views into `bytes` where
 * its alignment in memory allows and copies elsewhere. Throws {@link ArtifactError} for anything out of bounds or shape.
 */
export function readSafetensors(bytes: Uint8Array): TensorFile {
  const { json, dataStart } = locateHeader(bytes);
  const { __metadata__: metadata, ...headers } = parseHeader(json);
  assertContiguous(Object.values(headers), bytes.length - dataStart);
  const tensors: Record<string, Tensor> = {};
  for (const [name, header] of Object.entries(headers)) {
    if (name.startsWith(PADDING_PREFIX)) continue;
    tensors[name] = { shape: header.shape, array: readTensor(bytes, dataStart, name, header) };
  }
  return { metadata, tensors };
}

function locateHeader(bytes: Uint8Array): { json: Uint8Array; dataStart: number } {
  if (bytes.length < 8) throw new ArtifactError('The artifact is shorter than its first field.');
  const length = new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true);
  if (length > BigInt(Math.min(HEADER_LENGTH_MAX, bytes.length - 8))) {
    throw new ArtifactError(`The artifact's header claims ${length} bytes, more than the file or the limit allows.`);
  }
  const dataStart = 8 + Number(length);
  return { json: bytes.subarray(8, dataStart), dataStart };
}

function parseHeader(json: Uint8Array): z.infer<typeof fileHeader> {
  let header: unknown;
  try {
    header = JSON.parse(decodeUtf8(json));
  } catch (error) {
    throw new ArtifactError("The artifact's header is not JSON.", { cause: error });
  }
  const parsed = fileHeader.safeParse(header);
  if (!parsed.success) throw new ArtifactError(`The artifact's header is malformed: ${z.prettifyError(parsed.error)}`);
  return parsed.data;
}

function assertContiguous(headers: TensorHeader[], dataLength: number): void {
  let end = 0;
  for (const { data_offsets } of headers.toSorted((a, b) => a.data_offsets[0] - b.data_offsets[0])) {
    if (data_offsets[0] !== end) throw new ArtifactError('Tensors overlap or leave a gap.');
    end = data_offsets[1];
  }
  if (end !== dataLength) throw new ArtifactError(`Tensors cover ${end} bytes, but the file holds ${dataLength}.`);
}

function readTensor(bytes: Uint8Array, dataStart: number, name: string, header: TensorHeader): TensorArray {
  const type = ELEMENT_TYPES[header.dtype];
  const [start, end] = header.data_offsets;
  const count = header.shape.reduce((product, length) => product * length, 1);
  if (end - start !== count * type.BYTES_PER_ELEMENT) {
    throw new ArtifactError(
      `Tensor "${name}" has ${end - start} bytes, which its shape [${header.shape}] does not fill.`,
    );
  }
  const position = bytes.byteOffset + dataStart + start;
  if (position % type.BYTES_PER_ELEMENT === 0) return new type(bytes.buffer as ArrayBuffer, position, count);
  // Buffer.slice would share memory where Uint8Array.slice copies.
  return new type(Uint8Array.prototype.slice.call(bytes, dataStart + start, dataStart + end).buffer);
}

/** Decodes strictly; throws TypeError for bytes that are not UTF-8. */
export function decodeUtf8(bytes: Uint8Array): string {
  return STRICT_DECODER.decode(bytes);
}

// A byte order mark is part of an id, not something to drop.
const STRICT_DECODER = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function describeTensor(dtype: Dtype, shape: number[], start: number, byteLength: number): TensorHeader {
  return { dtype, shape, data_offsets: [start, start + byteLength] };
}

/** The dtype that stores this array. */
export function dtypeOf(array: TensorArray): Dtype {
  if (array instanceof Float32Array) return 'F32';
  return array instanceof Uint32Array ? 'U32' : 'U8';
}

/** A tensor of a file. Throws {@link ArtifactError} unless it is there, of that type and shape. */
export function take<D extends Dtype>(file: TensorFile, name: string, dtype: D, shape: number[]): TensorArray<D> {
  const tensor = file.tensors[name];
  if (!tensor) throw new ArtifactError(`Tensor "${name}" is missing.`);
  if (dtypeOf(tensor.array) !== dtype || tensor.shape.join() !== shape.join()) {
    throw new ArtifactError(`Tensor "${name}" should be ${dtype} of shape [${shape}].`);
  }
  return tensor.array as TensorArray<D>;
}

/** An array as a tensor of one dimension. */
export function vector(array: TensorArray): Tensor {
  return { shape: [array.length], array };
}

function bytesOf(array: TensorArray): Uint8Array {
  return new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
}

function alignUp(position: number): number {
  return Math.ceil(position / ALIGNMENT) * ALIGNMENT;
}
