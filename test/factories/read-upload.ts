import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type Content, type ImportTask, readContent } from '../../libs/features/data-sets/content-reader.js';
import { quoteText, withTables } from '../../libs/platform/tables/tables.js';

/** What became of an upload. */
export type ReadUpload = Content & { rows: Record<string, unknown>[] };

/** Reads an upload as an import does, and what it keeps of it. */
export async function readUpload(upload: string | Buffer, said: Partial<ImportTask> = {}): Promise<ReadUpload> {
  const folder = mkdtempSync(path.join(tmpdir(), 'kindred-upload-'));
  try {
    const [file, target] = [path.join(folder, 'upload'), path.join(folder, 'content.parquet')];
    writeFileSync(file, upload);
    const nothing = { kind: 'interactions' as const, mapping: {}, keptMapping: {}, formats: {}, erasedUserIds: [] };
    const content = await readContent({ ...nothing, file, target, ...said }, 1e9);
    const rows = await withTables([target], {}, async (connection) =>
      (await connection.runAndReadAll(`SELECT * FROM read_parquet(${quoteText(target)})`)).getRowObjects(),
    );
    return { ...content, rows };
  } finally {
    rmSync(folder, { recursive: true });
  }
}
