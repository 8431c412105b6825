interface Details {
  code?: string;
  param?: string;
  decline_code?: string;
  payment_intent?: unknown;
  setup_intent?: unknown;
  payment_method?: unknown;
}

/** An error in the shape that Stripe answers. */
export class StripeError extends Error {
  /** Whether what the call did before it failed stays: a declined card leaves its failed payment behind. */
  isKept = false;
  /** Whether the call was refused before it began, so that its idempotency key is still free. */
  isUnbegun = false;

  constructor(
    readonly status: number,
    readonly type: 'api_error' | 'card_error' | 'idempotency_error' | 'invalid_request_error',
    message: string,
    readonly details: Details = {},
  ) {
    super(message);
  }

  toBody(): { error: object } {
    return { error: { ...this.details, message: this.message, type: this.type } };
  }
}

export function invalid(message: string, details: Details = {}): StripeError {
  return new StripeError(400, 'invalid_request_error', message, details);
}

/** What a parameter names is not there; `id` is the path's own, which answers 404. */
export function missing(what: string, id: string, param = 'id'): StripeError {
  const status = param === 'id' ? 404 : 400;
  return new StripeError(status, 'invalid_request_error', `No such ${what}: '${id}'`, {
    code: 'resource_missing',
    param,
  });
}

export function required(param: string): StripeError {
  return invalid(`Missing required param: ${param}.`, { code: 'parameter_missing', param });
}
