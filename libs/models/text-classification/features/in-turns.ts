import { setImmediate } from 'node:timers/promises';

/** Characters between two turns of others: some 20 ms of work. */
const CHARACTERS_PER_TURN = 50_000;

/** Lets others have their turn now and then, and ends where the signal says so. */
export async function inTurns(
  texts: readonly string[],
  signal: AbortSignal | undefined,
  work: (text: string, position: number) => void,
): Promise<void> {
  let characters = CHARACTERS_PER_TURN;
  for (const [position, text] of texts.entries()) {
    if (characters >= CHARACTERS_PER_TURN) {
      await setImmediate();
      signal?.throwIfAborted();
      characters = 0;
    }
    characters += text.length;
    work(text, position);
  }
}
