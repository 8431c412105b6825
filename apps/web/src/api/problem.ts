import type { Problem } from '../../../../libs/client/index';

/** Status of a request that got no answer. */
export const NO_ANSWER = 0;

const TRY = /\/v1\/deployments\//;

/** What a screen may show of a failed request. */
export class ProblemError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    readonly detail: string | null,
    readonly requestId: string | null,
    readonly errors: { path: string; message: string }[],
    /** A try of a deployment, which may stand in the request log; other calls of the dashboard never do. */
    readonly isTry = false,
    /** By what somebody can show that it is them. */
    readonly methods: string[] = [],
  ) {
    super(detail ?? code);
    this.name = 'ProblemError';
  }
}

/** Reads problem details; anything else, a proxy's HTML page or a broken connection, becomes a problem without a text. */
export function toProblemError(
  error: unknown,
  response: { status: number } | undefined,
  request?: { url: string },
): ProblemError {
  if (error instanceof ProblemError) return error;
  const status = response?.status ?? NO_ANSWER;
  if (isProblem(error)) {
    const isTry = request !== undefined && TRY.test(request.url);
    return new ProblemError(
      status,
      error.code,
      error.detail,
      error.requestId,
      error.errors ?? [],
      isTry,
      error.methods,
    );
  }
  return new ProblemError(status, status === NO_ANSWER ? 'no_answer' : 'unreadable_answer', null, null, []);
}

function isProblem(value: unknown): value is Problem {
  return typeof value === 'object' && value !== null && 'detail' in value && 'code' in value;
}
