/** The report of a version, as `GET …/report` answers it; `libs/models/tasks/classification/task.ts` says what each means. */
export interface ClassificationReport {
  severalLabels: boolean;
  labels: LabelQuality[];
  confusions: Confusion[];
  calibration: { score: number; accuracy: number; count: number }[];
  riskCoverage: RiskCoverage[];
  minScore: number;
  learningCurve: { rows: number; accuracy: number }[];
  moreLabels: 'would_help' | 'would_help_little' | 'unknown';
  labelErrors: LabelError[];
  labelNext: { text: string; reason: 'unsure' | 'out_of_scope' | 'random' }[];
}

/** `precision` and `recall` are null where there is nothing to divide by, `threshold` where a text has one label. */
export interface LabelQuality {
  label: string;
  precision: number | null;
  recall: number | null;
  f1: number;
  support: number;
  threshold: number | null;
}

export interface Confusion {
  actual: string;
  predicted: string;
  count: number;
  examples: string[];
}

/** What a minScore comes to: the share of texts that are answered, and of those the share that is right. */
export interface RiskCoverage {
  minScore: number;
  coverage: number;
  accuracy: number;
}

export interface LabelError {
  text: string;
  labels: string[];
  suggested: string[];
  score: number;
}
