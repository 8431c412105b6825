import { setImmediate } from 'node:timers/promises';

/** Some 20 ms of multiplying, adding and taking exponents. */
const STEPS_PER_TURN = 1_000_000;
/** What it takes to cut a text and to look up what is found. */
const STEPS_PER_CHARACTER = 20;

/** Lets others have their turn now and then during long work, and ends it where the signal says so. */
export class Turns {
  private stepsLeft = 0;

  constructor(private readonly signal: AbortSignal | undefined) {}

  /** To be called before each piece of the work, of so many steps; rejects with the signal's reason. */
  async before(steps: number): Promise<void> {
    if (this.stepsLeft <= 0) {
      await setImmediate();
      this.signal?.throwIfAborted();
      this.stepsLeft = STEPS_PER_TURN;
    }
    this.stepsLeft -= steps;
  }
}

/** Goes through texts with {@link Turns}. */
export async function inTurns(
  texts: readonly string[],
  signal: AbortSignal | undefined,
  work: (text: string, position: number) => void,
): Promise<void> {
  const turns = new Turns(signal);
  for (const [position, text] of texts.entries()) {
    await turns.before(STEPS_PER_CHARACTER * text.length);
    work(text, position);
  }
}
