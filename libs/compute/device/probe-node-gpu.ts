// Run by open-device.ts: exits with 0 and the device's name if tfjs-node-gpu multiplies on a GPU.
import * as tf from '@tensorflow/tfjs-core';
import { loadNodeGpu } from './tensorflow.js';

loadNodeGpu();
await tf.setBackend('tensorflow');
const product = await tf.matMul(tf.ones([64, 64]), tf.ones([64, 64])).data();
const backend = tf.backend() as tf.KernelBackend & { isUsingGpuDevice?: boolean };
if (!backend.isUsingGpuDevice) throw new Error('it runs on the processor');
if (product.some((value) => value !== 64)) throw new Error('it computes wrong');
console.log('CUDA');
process.exit(0);
