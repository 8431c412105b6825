import { createClient } from '@hey-api/openapi-ts';

/** Writes the typed client of openapi.json into `folder`, replacing what was there. */
export async function writeClient(folder: string): Promise<void> {
  await createClient({
    input: 'openapi.json',
    output: { path: folder, clean: true },
    plugins: ['@hey-api/client-fetch', '@hey-api/typescript', '@hey-api/sdk'],
    logs: { level: 'silent' },
  });
}
