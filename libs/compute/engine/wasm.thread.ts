// One of WebAssembly's threads: runs kernels on the shared memory as they are asked for.
import { parentPort, workerData } from 'node:worker_threads';

const { module, memory, stackTop } = workerData as {
  module: WebAssembly.Module;
  memory: WebAssembly.Memory;
  stackTop: number;
};
const { exports } = new WebAssembly.Instance(module, { env: { memory } });
(exports.__stack_pointer as WebAssembly.Global<'i32'>).value = stackTop;
parentPort!.on('message', ({ ticket, kernel, control, scratch, args }) => {
  let error: unknown = null;
  try {
    (exports[kernel] as (...addresses: number[]) => void)(control, scratch, args);
  } catch (trap) {
    error = trap;
  }
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- threads have no origin
  parentPort!.postMessage({ ticket, error });
});
