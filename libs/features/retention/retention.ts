/** What is kept for a time and then deleted, whoever it belongs to. docs/retention.md shows this table; a test holds the two together. */
export interface Retained {
  table: string;
  what: string;
  /** The column that the days are counted from. */
  since: string;
  days: number;
  /** SQL: rows that are concerned; all where absent. */
  where?: string;
}

export const RETENTION: readonly Retained[] = [
  { table: 'remembered_answers', what: 'Answers of calls with an Idempotency-Key', since: 'created_at', days: 1 },
  {
    table: 'kept_requests',
    what: 'What calls asked whose answers can be corrected',
    since: 'created_at',
    days: 30,
  },
  { table: 'request_log', what: 'Log of calls with API keys', since: 'occurred_at', days: 30 },
  { table: 'webhook_messages', what: 'Events for webhooks, with their deliveries', since: 'created_at', days: 30 },
  { table: 'emails', what: 'Mails', since: 'created_at', days: 30 },
  { table: 'audit_events', what: 'Audit events', since: 'occurred_at', days: 400 },
  { table: 'training_job_events', what: 'Log and course of training jobs', since: 'occurred_at', days: 90 },
  { table: 'imports', what: 'Failed imports', since: 'finished_at', days: 90, where: `status = 'failed'` },
  { table: 'sessions', what: 'Sessions that have expired', since: 'expires_at', days: 0 },
  { table: 'limit_alerts', what: 'Thresholds of limits that were told about', since: 'created_at', days: 100 },
  { table: 'ledger_checks', what: 'Comparisons of roll-ups with the ledger', since: 'checked_at', days: 90 },
  { table: 'journals', what: 'Positions of journals in the ledger', since: 'drained_at', days: 2 },
  { table: 'throttles', what: 'Counts of logins and signups', since: 'refilled_at', days: 2 },
  { table: 'rate_buckets', what: 'Counts of requests', since: 'refilled_at', days: 2 },
  {
    table: 'erasures',
    what: 'Receipts of people who were erased',
    since: 'completed_at',
    days: 3 * 365,
    where: 'completed_at IS NOT NULL',
  },
];

/** Imports of a data set whose content is kept, the one it holds among them. */
export const IMPORTS_KEPT = 5;

/** Files that no row names are deleted once they are older: what is being written is not named yet. */
export const UNNAMED_HOURS = 24;
