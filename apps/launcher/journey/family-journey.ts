/** What a family shows of itself on the way of a new customer. */
export interface FamilyJourney {
  /** Trained where no other is asked for. */
  recipe: string;
  /** Counts one for each call. */
  meter: string;
  /** What a deployment is asked, the same each time, from the file of the required role. */
  calls: (file: string) => Promise<JourneyCall[]>;
}

export interface JourneyCall {
  what: string;
  operation: string;
  request: object;
  /** Lines that show the answer. */
  show: (answer: never) => string[];
}
