import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';

/** The script for customers' pages, as the build names it. */
export const PAGE_SCRIPT = 'kindred.js';

/**
 * With which headers the script comes, by the version that is asked for as `?v=`, the first eight digits of the file's SHA-256: that one for as
 * long as a browser likes; whatever is newest for an hour. Every page may load it, and hold it to its digest.
 */
export function pageScriptHeaders(build: string): (url: string) => Record<string, string> {
  const bytes = readFileSync(path.join(build, PAGE_SCRIPT));
  const version = createHash('sha256').update(bytes).digest('hex').slice(0, 8);
  return (url) => ({
    'cache-control': url.endsWith(`?v=${version}`) ? 'public, max-age=31536000, immutable' : 'public, max-age=3600',
    'access-control-allow-origin': '*',
    'cross-origin-resource-policy': 'cross-origin',
  });
}
