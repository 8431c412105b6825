/** Whether the error says that a disk or a quota of it is full, whoever found it: Node by its code, other engines in words. */
export function isDiskFull(error: unknown): boolean {
  const { code, message = '' } = (error ?? {}) as { code?: unknown; message?: string };
  return code === 'ENOSPC' || code === 'EDQUOT' || /no space left on device|disk quota exceeded/i.test(message);
}
