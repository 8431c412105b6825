/** Waits for what comes a moment after an answer, such as usage that drains from the journal. */
export async function until(isTrue: () => boolean | Promise<boolean>, timeoutMs = 200_000): Promise<void> {
  const startMs = performance.now();
  while (!(await isTrue())) {
    const waitedMs = performance.now() - startMs;
    if (waitedMs > timeoutMs) throw new Error(`still not so after ${timeoutMs} ms: ${isTrue.toString()}`);
    // Whoever waits for long asks less often, which leaves the processors to what is waited for.
    await new Promise((resolve) => setTimeout(resolve, Math.min(500, 20 + waitedMs / 10)));
  }
}
