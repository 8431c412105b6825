import { StandardSchemaValidationPipe } from '@nestjs/common';
import { Problem } from '../errors/problem.js';

/** Checks every `@Body`, `@Query` and `@Param` against its schema; the answer to a wrong request names each field. */
export const validationPipe = new StandardSchemaValidationPipe({
  exceptionFactory: (issues) => {
    const errors = issues.map(({ path, message }) => ({
      path: (path ?? []).map((part) => (typeof part === 'object' ? String(part.key) : String(part))).join('.'),
      message,
    }));
    const first = errors[0];
    const where = first?.path ? `${first.path}: ` : '';
    return new Problem(400, 'invalid_request', `${where}${first?.message ?? 'The request is not valid.'}`, { errors });
  },
});
