import { readFileSync } from 'node:fs';

/** What Linux says of a process under that name, such as `environ`, with spaces for NULs; empty once it is gone, also while it is being read. */
export function readProc(pid: number | string, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8').replaceAll('\0', ' ');
  } catch {
    return '';
  }
}

export function childrenOf(pid: number): number[] {
  return readProc(pid, `task/${pid}/children`).split(' ').filter(Boolean).map(Number);
}
