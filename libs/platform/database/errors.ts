import { Prisma } from './generated/client.js';

/** A unique key already holds that value. */
export function isUniqueViolation(error: unknown): boolean {
  if ((error as { code?: unknown }).code === '23505') return true;
  if (!(error instanceof Prisma.PrismaClientKnownRequestError)) return false;
  return error.code === 'P2002' || (error.code === 'P2010' && error.message.includes('23505'));
}

/** Postgres's classes 22 (the value is wrong) and 23 (a constraint forbids it): the same row would be refused again. */
export function isRefusal(error: unknown): boolean {
  return /^2[23]/.test(String((error as { code?: unknown }).code));
}

/** A row refers to one that is not there, or that another tenant or project owns. */
export function isForeignKeyViolation(error: unknown): boolean {
  return error instanceof Prisma.PrismaClientKnownRequestError && error.code === 'P2003';
}
