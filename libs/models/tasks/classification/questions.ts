const INTENTS = ['order', 'refund', 'address', 'password', 'invoice', 'delivery'];
const OPENINGS = ['where is my', 'tell me about the', 'I need help with my', 'what about the', 'a question on my'];
const CLOSINGS = ['please', 'today', 'from last week', 'again', 'right now', 'at once', 'for my friend', 'thank you'];

/** A row of {@link questions}. */
export interface Question {
  text: string;
  labels: [string];
}

/**
 * Every intent is asked for in every way, and named in each question: so the right answer is known by eye, the word that is the intent. Every
 * intent is as frequent as any other.
 */
export function questions(): Question[] {
  return INTENTS.flatMap((intent) =>
    OPENINGS.flatMap((opening) =>
      CLOSINGS.map((closing): Question => ({ text: `${opening} ${intent} ${closing}`, labels: [intent] })),
    ),
  );
}

export const INTENT_COUNT = INTENTS.length;

/** Neither the words nor the intent of any question. */
export const FOREIGN_TEXT = 'zebras graze under purple mountains';
