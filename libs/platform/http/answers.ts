import { applyDecorators, HttpCode, SerializeOptions } from '@nestjs/common';
import { ApiResponse } from '@nestjs/swagger';
import type { ZodType } from 'zod';

/** What a route answers: the status, the schema that the body is stripped to, and the sentence for openapi.json. */
export function Answers(status: number, description: string, schema?: ZodType): MethodDecorator {
  return applyDecorators(
    HttpCode(status),
    ...(schema ? [SerializeOptions({ schema })] : []),
    ApiResponse({ status, description, ...(schema ? { standardSchema: schema } : {}) }),
  );
}
