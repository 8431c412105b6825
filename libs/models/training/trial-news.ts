/** A trial as it is shown while the search goes on. */
export interface TrialNews {
  /** Its place among all of the search, from 1. */
  number: number;
  recipe: string;
  /** The metric that decides, and what it came to. */
  metric: string;
  value: number;
  /** Of work. */
  seconds: number;
  /** Measured on a part of the data: its value compares with others of that part alone. */
  isOnSample: boolean;
}
