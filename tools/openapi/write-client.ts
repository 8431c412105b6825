import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { createClient } from '@hey-api/openapi-ts';

/** Writes the typed client of openapi.json into `folder`, replacing what was there. */
export async function writeClient(folder: string): Promise<void> {
  await createClient({
    input: 'openapi.json',
    output: { path: folder, clean: true },
    // Enumerations become values too, so that a screen can list what the API knows.
    plugins: ['@hey-api/client-fetch', { name: '@hey-api/typescript', enums: 'javascript' }, '@hey-api/sdk'],
    logs: { level: 'silent' },
  });
  // The generator's comments advertise a package of its own; the client is to name none but what it needs.
  const file = path.join(folder, 'client/types.gen.ts');
  writeFileSync(file, readFileSync(file, 'utf8').replace(/\{@link https:\/\/www\.npmjs\.com\S+ (`[^`]+`)\}/g, '$1'));
}
