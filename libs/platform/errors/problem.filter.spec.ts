import { type ArgumentsHost, Logger } from '@nestjs/common';
import { describe, expect, it } from 'vitest';
import { ProblemFilter } from './problem.filter.js';

Logger.overrideLogger(false);

/** The status and the code that whoever called is answered with. */
function answerTo(thrown: unknown): [status: number, code: string] {
  let status = 0;
  let code = '';
  const reply = {
    sent: false,
    raw: { headersSent: false },
    status: (given: number) => ((status = given), reply),
    headers: () => reply,
    send: (body: { code: string }) => (code = body.code),
  };
  const http = { getRequest: () => ({ id: '1', url: '/v1/me' }), getResponse: () => reply };
  new ProblemFilter().catch(thrown, { switchToHttp: () => http } as unknown as ArgumentsHost);
  return [status, code];
}

describe('an answer to an error', () => {
  it('says 503 of a database that is away or starting, whoever wraps what it said', () => {
    const starting = { originalCode: '57P03', kind: 'postgres', message: 'not yet accepting connections' };
    const errors = [
      Object.assign(new Error('refused'), { code: 'ECONNREFUSED' }),
      Object.assign(new Error('starting up'), { code: '57P03' }),
      new Error('a query failed', { cause: starting }),
      Object.assign(new Error('a query failed'), { code: 'P2039', meta: { driverAdapterError: { cause: starting } } }),
    ];
    for (const error of errors) expect(answerTo(error)).toEqual([503, 'database_unavailable']);
  });

  it('says 500 of what nobody expected', () => {
    expect(answerTo(new TypeError('x is not a function'))).toEqual([500, 'internal_error']);
    expect(answerTo('a text')).toEqual([500, 'internal_error']);
  });
});
