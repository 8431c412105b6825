import { StandardSchemaValidationPipe } from '@nestjs/common';
import { z } from 'zod';
import { Problem } from '../errors/problem.js';
import { inPlainWords } from './plain-words.js';

// For every schema of the process, as services parse too.
z.config({ customError: inPlainWords });

/** What a schema says is wrong. */
type Issues = readonly {
  readonly message: string;
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
}[];

/** Checks every `@Body`, `@Query` and `@Param` against its schema; the answer to a wrong request names each field. */
export const validationPipe = new StandardSchemaValidationPipe({
  exceptionFactory: invalidRequest,
});

/**
 * The same for what is known only once the call is looked into.
 *
 * @throws Problem 400 that names each field
 */
export function parseRequest<S extends z.ZodType>(schema: S, request: unknown): z.output<S> {
  const parsed = schema.safeParse(request);
  if (parsed.success) return parsed.data;
  throw invalidRequest(parsed.error.issues);
}

function invalidRequest(issues: Issues): Problem {
  const errors = issues.map(({ path, message }) => ({
    path: (path ?? []).map((part) => (typeof part === 'object' ? String(part.key) : String(part))).join('.'),
    message,
  }));
  const first = errors[0];
  const where = first?.path ? `${first.path}: ` : '';
  return new Problem(400, 'invalid_request', `${where}${first?.message ?? 'The request is not valid.'}`, { errors });
}
