/** Finds the number that solves a challenge, beside the page. */
addEventListener('message', ({ data }: MessageEvent<{ challenge: string; bits: number }>) => {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- threads have no origin
  void solve(data.challenge, data.bits).then((answer) => self.postMessage(answer));
});

/** Hashes that are under way at once. */
const BATCH = 2_000;

async function solve(challenge: string, bits: number): Promise<number> {
  const encoder = new TextEncoder();
  const isSolution = async (answer: number) => {
    const hash = await crypto.subtle.digest('SHA-256', encoder.encode(`${challenge}:${answer}`));
    return Math.clz32(new DataView(hash).getUint32(0)) >= bits;
  };
  for (let start = 0; ; start += BATCH) {
    const found = await Promise.all(Array.from({ length: BATCH }, (_, i) => isSolution(start + i)));
    const place = found.indexOf(true);
    if (place >= 0) return start + place;
  }
}
