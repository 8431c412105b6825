import { Readable } from 'node:stream';
import type { FastifyReply } from 'fastify';

/** One message; `data` is sent as JSON. */
export interface ServerSentEvent {
  /** What a client that was cut off sends as `Last-Event-ID`. */
  id?: string;
  event?: string;
  data: unknown;
}

/** A comment that keeps proxies from closing a silent stream. */
export const KEEP_ALIVE = Symbol('keep-alive');

/** Aborts once the client has gone, however long the stream has nothing to say. */
export function goneSignal(reply: FastifyReply): AbortSignal {
  const controller = new AbortController();
  reply.raw.once('close', () => controller.abort());
  return controller.signal;
}

/** Answers with a stream of events (WHATWG HTML, section 9.2); the generator is returned when the client goes. */
export function sendEvents(reply: FastifyReply, events: AsyncGenerator<ServerSentEvent | typeof KEEP_ALIVE>): void {
  void reply
    .headers({
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store',
      'x-accel-buffering': 'no',
    })
    .send(Readable.from(render(events)));
}

async function* render(events: AsyncGenerator<ServerSentEvent | typeof KEEP_ALIVE>): AsyncGenerator<string> {
  for await (const message of events) {
    if (message === KEEP_ALIVE) {
      yield ': keep-alive\n\n';
      continue;
    }
    const { id, event, data } = message;
    yield `${id === undefined ? '' : `id: ${id}\n`}${event === undefined ? '' : `event: ${event}\n`}data: ${JSON.stringify(data)}\n\n`;
  }
}
