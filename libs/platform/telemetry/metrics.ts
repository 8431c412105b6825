import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

/** What `/metrics` shows. No label ever holds a tenant's id: their number has no bound. */
export const metrics = new Registry();

collectDefaultMetrics({ register: metrics });

export const httpDuration = new Histogram({
  name: 'http_server_request_duration_seconds',
  help: 'Time from request to response',
  labelNames: ['method', 'route', 'status'] as const,
  buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10],
  registers: [metrics],
});

export const recommendationsTotal = new Counter({
  name: 'app_recommendations_total',
  help: 'Answered recommendation requests',
  labelNames: ['source'] as const,
  registers: [metrics],
});

export const usageEventsTotal = new Counter({
  name: 'app_usage_events_total',
  help: 'Usage events written to the ledger by this process',
  registers: [metrics],
});

export const usageConflictsTotal = new Counter({
  name: 'app_usage_conflicts_total',
  help: 'Usage events that came under the id of another and were counted under one of their own',
  registers: [metrics],
});

export const usageRejectedTotal = new Counter({
  name: 'app_usage_rejected_total',
  help: 'Usage events that the ledger refused; they are kept in the journal',
  registers: [metrics],
});

export const usageFlushLag = new Gauge({
  name: 'app_usage_flush_lag_seconds',
  help: 'Age of the oldest usage event of this process that is not in the ledger',
  registers: [metrics],
});

export const ledgerMismatches = new Gauge({
  name: 'app_ledger_mismatch_total',
  help: 'Roll-ups that differ from the sum of their events, at the last check',
  registers: [metrics],
});

export const ledgerCheckedAt = new Gauge({
  name: 'app_ledger_checked_timestamp_seconds',
  help: 'When the roll-ups were last compared with the ledger',
  registers: [metrics],
});

export const requestLogDroppedTotal = new Counter({
  name: 'app_request_log_dropped_total',
  help: 'Calls that are missing from the request log because Postgres was away too long or refused them',
  registers: [metrics],
});
