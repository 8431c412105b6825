/** What a month is estimated by, whatever the task. */
export interface Month {
  /** Calls, or what each of many calls brings, such as texts. */
  asked: number;
  rows: number;
  trainings: number;
  /** Of one training, on a processor. */
  minutes: number;
}

/** How much of a resource a month takes. */
export interface Use {
  resource: string;
  quantity: number;
}

/** Storage is metered once a day. */
export const DAYS = 30;

export const trainingUse = ({ trainings, minutes }: Month): Use => ({
  resource: 'training_seconds',
  quantity: trainings * minutes * 60,
});
