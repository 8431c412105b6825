/** Seconds of one call, on the wall and of the processor. */
export interface Timing {
  wall: number;
  cpu: number;
}

/** Wall and processor seconds of this whole process while `work` runs. */
export async function time(work: () => Promise<unknown>): Promise<Timing> {
  const [cpuBefore, wallBefore] = [process.cpuUsage(), performance.now()];
  await work();
  const { user, system } = process.cpuUsage(cpuBefore);
  return { wall: (performance.now() - wallBefore) / 1e3, cpu: (user + system) / 1e6 };
}

export function median(values: number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** One thing to time, in turn with the others. */
export interface Contender {
  name: string;
  run: () => Promise<Timing>;
}

export interface Comparison {
  name: string;
  wall: number;
  cpu: number;
  /** Median over rounds of baseline / this, each within one round; the baseline is the first contender. */
  wallRatio: number;
  cpuRatio: number;
}

/** Runs the contenders in turn, round by round after one that does not count, so that drift hits all alike. */
export async function interleave(contenders: Contender[], rounds: number): Promise<Comparison[]> {
  const timings: Timing[][] = contenders.map(() => []);
  for (let round = -1; round < rounds; round++) {
    for (const [index, contender] of contenders.entries()) {
      const timing = await contender.run();
      if (round >= 0) timings[index].push(timing);
    }
  }
  return contenders.map(({ name }, index) => ({
    name,
    wall: median(timings[index].map(({ wall }) => wall)),
    cpu: median(timings[index].map(({ cpu }) => cpu)),
    wallRatio: median(timings[index].map(({ wall }, round) => timings[0][round].wall / wall)),
    cpuRatio: median(timings[index].map(({ cpu }, round) => timings[0][round].cpu / cpu)),
  }));
}
