import { Worker } from 'node:worker_threads';
import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { randomToken } from '../../platform/secrets/secrets.js';
import { signInBusy } from './auth.errors.js';

const THREAD = new URL(`./password.thread.${import.meta.url.endsWith('.ts') ? 'ts' : 'js'}`, import.meta.url);

/** Those who wait for the thread; at some 30 ms each the last waits two seconds. */
const WAITING_MAX = 64;

/** To the thread: a password to hash, or to compare with a hash. */
export interface PasswordOrder {
  id: number;
  password: string;
  hash: string | null;
}

interface Waiting {
  resolve: (result: never) => void;
  reject: (error: Error) => void;
}

/** Hashes and compares passwords in one thread of their own, however many ask: nothing else waits for them. */
@Injectable()
export class Passwords implements OnApplicationShutdown {
  private readonly waiting = new Map<number, Waiting>();
  private thread: Worker | undefined;
  private count = 0;
  /** Compared when no account has the email, so that the answer takes as long as for one that does. */
  private absent: Promise<string> | undefined;

  hash(password: string): Promise<string> {
    return this.ask(password, null);
  }

  /** @param hash null where there is no account; the answer is then false, after the same work */
  async verify(hash: string | null, password: string): Promise<boolean> {
    this.absent ??= this.hash(randomToken());
    const isRight = await this.ask<boolean>(password, hash ?? (await this.absent));
    return isRight && hash !== null;
  }

  async onApplicationShutdown(): Promise<void> {
    await this.thread?.terminate();
  }

  /** @throws Problem 503 where too many wait */
  private ask<T>(password: string, hash: string | null): Promise<T> {
    if (this.waiting.size >= WAITING_MAX) throw signInBusy();
    this.thread ??= this.start();
    const id = this.count++;
    return new Promise<T>((resolve, reject) => {
      this.waiting.set(id, { resolve, reject });
      // oxlint-disable-next-line unicorn/require-post-message-target-origin -- threads have no origin
      this.thread!.postMessage({ id, password, hash } satisfies PasswordOrder);
    });
  }

  private start(): Worker {
    const thread = new Worker(THREAD);
    thread.on('message', ({ id, result }: { id: number; result: never }) => {
      this.waiting.get(id)?.resolve(result);
      this.waiting.delete(id);
    });
    const fail = (error: Error) => {
      for (const { reject } of this.waiting.values()) reject(error);
      this.waiting.clear();
      this.thread = undefined;
    };
    thread.on('error', fail);
    thread.on('exit', () => fail(new Error('the thread that hashes passwords has ended')));
    thread.unref();
    return thread;
  }
}
