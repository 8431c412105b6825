import { softmaxLoss, type SoftmaxGradients, type SoftmaxLoss } from '../../../compute/softmax-loss/kernel.js';
import { runOptions, type FitContext } from '../fit.js';

/** {@link softmaxLoss} on the GPU of the fit where it has one, else on its engine. */
export async function softmaxOnDevice(
  context: FitContext,
  loss: SoftmaxLoss,
  gradients: SoftmaxGradients,
): Promise<number> {
  const gpu = context.device?.gpu;
  if (!gpu) return softmaxLoss(context.engine, loss, gradients, runOptions(context));
  const { softmaxLossOnGpu } = await import('../../../compute/softmax-loss/webgpu.js');
  return softmaxLossOnGpu(gpu, loss, gradients, runOptions(context));
}
