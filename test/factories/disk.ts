import { statSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/** Fills the disk of the folder to its last bytes; returns the file that does so. */
export function fillDisk(folder: string): string {
  const filler = path.join(folder, 'filler');
  for (let size = 1 << 20; size >= 512; size /= 2) {
    try {
      while (true) writeFileSync(filler, Buffer.alloc(size), { flag: 'a' });
    } catch {
      // No room for so much.
    }
  }
  if (statSync(filler).size === 0) throw new Error(`the disk of ${folder} had no room to begin with`);
  return filler;
}
