// Hashes passwords, one after another: argon2 fills whatever threads it is given, and libuv's are those that serving reads files with.
import { parentPort } from 'node:worker_threads';
import { hashSync, verifySync } from '@node-rs/argon2';
import type { PasswordOrder } from './passwords.js';

/** OWASP's argon2id floor: 19 MiB, two passes, one lane (the library's default variant is argon2id). */
const ARGON2 = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };

parentPort!.on('message', ({ id, password, hash }: PasswordOrder) => {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- threads have no origin
  parentPort!.postMessage({ id, result: hash === null ? hashSync(password, ARGON2) : verifySync(hash, password) });
});
