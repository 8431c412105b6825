import { z } from 'zod';

/** The body of every error: RFC 9457 problem details, with a stable `code` for programs. */
export const problemSchema = z
  .object({
    type: z.string().describe('URI of the kind of problem'),
    title: z.string(),
    status: z.int(),
    code: z.string().describe('Stable name of the problem, for programs'),
    detail: z.string().describe('What happened, where, and what to do'),
    requestId: z.string().describe('Quote this to support'),
    errors: z
      .array(z.object({ path: z.string(), message: z.string() }))
      .optional()
      .describe('Each wrong field of the request'),
    methods: z
      .array(z.string())
      .optional()
      .describe('By what you can show that it is you, where that is asked for: password, totp, recovery_code, passkey'),
  })
  .meta({ id: 'Problem' });

export interface ProblemField {
  path: string;
  message: string;
}

/** An error that the caller may see. Anything else that is thrown becomes an opaque 500. */
export class Problem extends Error {
  readonly errors?: ProblemField[];
  /** By what the caller can show that it is them. */
  readonly methods?: readonly string[];
  /** What SCIM calls it (RFC 7644, 3.12), where that has a word for it. */
  readonly scimType?: string;
  /** Next to the body, such as `retry-after`. */
  readonly headers: Record<string, string>;

  constructor(
    readonly status: number,
    readonly code: string,
    detail: string,
    {
      errors,
      methods,
      scimType,
      headers = {},
    }: {
      errors?: ProblemField[];
      methods?: readonly string[];
      scimType?: string;
      headers?: Record<string, string>;
    } = {},
  ) {
    super(detail);
    this.name = 'Problem';
    this.errors = errors;
    this.methods = methods;
    this.scimType = scimType;
    this.headers = headers;
  }
}

/** 404 for what does not exist and for what belongs to another tenant: the two must look the same. */
export function notFound(noun: string, id: string): Problem {
  return new Problem(404, 'not_found', `There is no ${noun} ${id} here. Check the id and the project.`);
}

const NAMED_MAX = 5;

/** 409 for what cannot be deleted, with what holds it. */
export function inUse(what: string, by: { noun: string; names: string[] }): Problem {
  const named = by.names.slice(0, NAMED_MAX).map((name) => `"${name}"`);
  const others = by.names.length > NAMED_MAX ? ` and ${by.names.length - NAMED_MAX} more` : '';
  const nouns = by.names.length === 1 ? by.noun : `${by.noun}s`;
  return new Problem(
    409,
    'in_use',
    `${what} is in use by the ${nouns} ${named.join(', ')}${others}. Delete or change what uses it first.`,
  );
}
