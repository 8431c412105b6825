import type { INestApplicationContext } from '@nestjs/common';

/** Closes the app, which lets running requests and writes finish, on a signal or when the process that started it is gone. */
export function stopOnSignal(app: INestApplicationContext): void {
  let closing: Promise<void> | undefined;
  const stop = () => {
    closing ??= app.close().then(
      () => process.exit(0),
      (error: unknown) => {
        console.error(error);
        process.exit(1);
      },
    );
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
  process.on('disconnect', stop);
}
