/** What can carry out the operations of TensorFlow.js, in the order in which they are chosen. */
export const BACKENDS = ['tfjs-node-gpu', 'webgpu', 'wasm', 'cpu'] as const;

export type Backend = (typeof BACKENDS)[number];

/** An opt-in of GPU machines: it downloads a library of its own while it is installed, so no package.json of ours names it. */
export const NODE_GPU = '@tensorflow/tfjs-node-gpu';
