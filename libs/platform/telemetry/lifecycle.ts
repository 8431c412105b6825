import { setTimeout as sleep } from 'node:timers/promises';
import type { INestApplicationContext } from '@nestjs/common';

/** Whether this process is about to stop; `/readyz` says so to whoever sends calls here. */
export const lifecycle = { isDraining: false };

/**
 * Stops the app on a signal, or when the process that started it is gone. On SIGTERM it serves on for `drainSeconds` while it
 * says that it is not ready, so that no call is sent to it any more when it closes; running calls and writes then finish.
 */
export function stopOnSignal(app: INestApplicationContext, drainSeconds = 0): void {
  let closing: Promise<void> | undefined;
  const stop = (seconds: number) => {
    closing ??= (async () => {
      lifecycle.isDraining = true;
      await sleep(seconds * 1000);
      await app.close();
    })().then(
      () => process.exit(0),
      (error: unknown) => {
        console.error(error);
        process.exit(1);
      },
    );
  };
  process.on('SIGTERM', () => stop(drainSeconds));
  // A person waits for it.
  process.on('SIGINT', () => stop(0));
  process.on('disconnect', () => stop(0));
}
