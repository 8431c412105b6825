import { decryptWithAny, encrypt } from '../../platform/secrets/secrets.js';

/** Where a file is, with what opens it. */
export interface Target {
  /** `https://…`, or `s3://bucket/key`. */
  url: string;
  /** Of the header Authorization. */
  authorization?: string | undefined;
  s3?:
    | {
        /** Without them the object is public. */
        accessKeyId?: string | undefined;
        secretAccessKey?: string | undefined;
        region?: string | undefined;
        /** Of a store that is not Amazon's. */
        endpoint?: string | undefined;
      }
    | undefined;
}

/** Bound to the source: a row's ciphertext is of no use in another row. */
export function sealTarget(platformSecret: string, sourceId: string, target: Target): Uint8Array<ArrayBuffer> {
  return encrypt(platformSecret, purposeOf(sourceId), JSON.stringify(target));
}

/** @throws Error where it was sealed under none of the platform's secrets, today's and perhaps the one before */
export function openTarget(platformSecrets: readonly string[], sourceId: string, sealed: Uint8Array): Target {
  return JSON.parse(decryptWithAny(platformSecrets, purposeOf(sourceId), sealed)) as Target;
}

/** What people may read of an address: its query is often a password. */
export function shownAddress(url: string): string {
  const { protocol, host, pathname, search } = new URL(url);
  return `${protocol}//${host}${pathname}${search && '?…'}`;
}

function purposeOf(sourceId: string): string {
  return `url-source:${sourceId}`;
}
