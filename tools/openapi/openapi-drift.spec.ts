import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { renderOpenApi } from './render-openapi.js';
import { writeClient } from './write-client.js';

describe('npm run openapi was run after the last change', () => {
  it('to the routes: openapi.json says what they do', async () => {
    const written: unknown = JSON.parse(readFileSync('openapi.json', 'utf8'));
    expect(written).toEqual(JSON.parse(JSON.stringify(await renderOpenApi())));
  });

  it('to openapi.json: the client is what is generated from it', async () => {
    const fresh = mkdtempSync(path.join(tmpdir(), 'kindred-client-'));
    await writeClient(fresh);
    const filesOf = (folder: string) =>
      readdirSync(folder, { recursive: true, encoding: 'utf8' })
        .filter((file) => file.endsWith('.ts'))
        .sort();
    expect(filesOf('libs/client')).toEqual(filesOf(fresh));
    for (const file of filesOf(fresh)) {
      expect(readFileSync(path.join('libs/client', file), 'utf8'), file).toBe(
        readFileSync(path.join(fresh, file), 'utf8'),
      );
    }
    rmSync(fresh, { recursive: true });
  });
});
