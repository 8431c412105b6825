import { Counter, collectDefaultMetrics, Histogram, Registry } from 'prom-client';

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
  labelNames: ['meter'] as const,
  registers: [metrics],
});

export const requestLogDroppedTotal = new Counter({
  name: 'app_request_log_dropped_total',
  help: 'Calls that are missing from the request log because Postgres was away too long or refused them',
  registers: [metrics],
});
