import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import path from 'node:path';

const FORMATTER = path.resolve('node_modules/oxfmt/bin/oxfmt');

/** Writes a generated file as `npm run format` would leave it; run from the root of the repository. */
export function writeFormatted(file: string, text: string): void {
  writeFileSync(file, text);
  execFileSync(process.execPath, [FORMATTER, file], { stdio: 'inherit' });
}
