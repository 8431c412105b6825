/** What is kept for a time and then deleted, whoever it belongs to. docs/retention.md shows this table; a test holds the two together. */
export interface Retained {
  table: string;
  what: string;
  whatZh: string;
  /** The column that the days are counted from. */
  since: string;
  days: number;
  /** SQL: rows that are concerned; all where absent. */
  where?: string;
  /** By which setting of a project its rows go sooner, and through what they belong to one, unless they name it themselves. */
  byProject?: { setting: ProjectRetentionKey; through?: { table: string; column: string } };
}

/** The column of `projects` for each setting, which its migration bounds by the days below. */
export const PROJECT_RETENTION = {
  requestLogDays: 'request_log_days',
  keptRequestsDays: 'kept_requests_days',
  trainingLogDays: 'training_log_days',
} as const;

export type ProjectRetentionKey = keyof typeof PROJECT_RETENTION;

export const RETENTION: readonly Retained[] = [
  {
    table: 'remembered_answers',
    what: 'Answers of calls with an Idempotency-Key',
    whatZh: '带 Idempotency-Key 的调用的答复',
    since: 'created_at',
    days: 1,
  },
  {
    table: 'kept_requests',
    what: 'What calls asked whose answers can be corrected',
    whatZh: '可更正答复的调用的请求内容',
    since: 'created_at',
    days: 30,
    byProject: { setting: 'keptRequestsDays', through: { table: 'deployments', column: 'deployment_id' } },
  },
  {
    table: 'request_log',
    what: 'Log of calls with API keys',
    whatZh: 'API 密钥调用日志',
    since: 'occurred_at',
    days: 30,
    byProject: { setting: 'requestLogDays' },
  },
  {
    table: 'webhook_messages',
    what: 'Events for webhooks, with their deliveries',
    whatZh: 'Webhook 事件及其投递记录',
    since: 'created_at',
    days: 30,
  },
  { table: 'stripe_events', what: 'What Stripe told', whatZh: 'Stripe 通知的事件', since: 'received_at', days: 90 },
  { table: 'emails', what: 'Mails', whatZh: '邮件', since: 'created_at', days: 30 },
  {
    table: 'one_time_links',
    what: 'Links of mails that have expired',
    whatZh: '已过期的邮件链接',
    since: 'expires_at',
    days: 30,
  },
  { table: 'audit_events', what: 'Audit events', whatZh: '审计事件', since: 'occurred_at', days: 400 },
  {
    table: 'support_messages',
    what: 'Messages to the operator',
    whatZh: '发给运营者的留言',
    since: 'created_at',
    days: 400,
  },
  {
    table: 'training_job_events',
    what: 'Log and course of training jobs',
    whatZh: '训练任务的日志与过程',
    since: 'occurred_at',
    days: 90,
    byProject: { setting: 'trainingLogDays', through: { table: 'training_jobs', column: 'job_id' } },
  },
  {
    table: 'imports',
    what: 'Failed and cancelled imports',
    whatZh: '失败或已取消的导入',
    since: 'finished_at',
    days: 90,
    where: `status IN ('failed', 'cancelled')`,
  },
  {
    table: 'uploads',
    what: 'Uploads in pieces, unless their import is under way',
    whatZh: '分段上传（其导入仍在进行的除外）',
    since: 'expires_at',
    days: 0,
    where: `NOT EXISTS (SELECT FROM imports WHERE imports.tenant_id = uploads.tenant_id AND imports.id = import_id AND status IN ('queued', 'running'))`,
  },
  {
    table: 'texts_to_label',
    what: 'Texts that were labelled, whose rows stay in their data set',
    whatZh: '已标注的文本（其行保留在数据集中）',
    since: 'decided_at',
    days: 90,
    where: `status = 'labelled'`,
  },
  { table: 'invitations', what: 'Invitations', whatZh: '邀请', since: 'expires_at', days: 30 },
  {
    table: 'sign_ups',
    what: 'How organizations were signed up for, unless an operator has still to look',
    whatZh: '组织的注册方式（仍待运营者查看的除外）',
    since: 'created_at',
    days: 90,
    where: 'score < 80 OR released_at IS NOT NULL',
  },
  { table: 'sessions', what: 'Sessions that have expired', whatZh: '已过期的会话', since: 'expires_at', days: 0 },
  {
    table: 'pending_logins',
    what: 'Logins that were not completed',
    whatZh: '未完成的登录',
    since: 'expires_at',
    days: 0,
  },
  {
    table: 'provider_visits',
    what: 'Log-ins by a provider that were not finished',
    whatZh: '未完成的第三方登录',
    since: 'expires_at',
    days: 0,
  },
  {
    table: 'passkey_challenges',
    what: 'Challenges of passkeys',
    whatZh: '通行密钥的质询',
    since: 'expires_at',
    days: 0,
  },
  {
    table: 'limit_alerts',
    what: 'Thresholds of limits that were told about',
    whatZh: '已提醒过的限额阈值',
    since: 'created_at',
    days: 100,
  },
  {
    table: 'ledger_checks',
    what: 'Comparisons of roll-ups with the ledger',
    whatZh: '汇总与账本的核对',
    since: 'checked_at',
    days: 90,
  },
  { table: 'probe_days', what: 'Probes of the platform by day', whatZh: '平台每日探测', since: 'day', days: 100 },
  {
    table: 'worker_heartbeats',
    what: 'When workers were last heard of',
    whatZh: '工作进程的最近心跳',
    since: 'seen_at',
    days: 1,
  },
  {
    table: 'journals',
    what: 'Positions of journals in the ledger',
    whatZh: '日志文件在账本中的位置',
    since: 'drained_at',
    days: 2,
  },
  { table: 'throttles', what: 'Counts of logins and signups', whatZh: '登录与注册次数', since: 'refilled_at', days: 2 },
  { table: 'rate_buckets', what: 'Counts of requests', whatZh: '请求次数', since: 'refilled_at', days: 2 },
  {
    table: 'erasures',
    what: 'Receipts of people who were erased',
    whatZh: '被删除之人的回执',
    since: 'completed_at',
    days: 3 * 365,
    where: 'completed_at IS NOT NULL',
  },
];

/** Imports of a data set whose content is kept, the one it holds among them. */
export const IMPORTS_KEPT = 5;

/** Files that no row names are deleted once they are older: what is being written is not named yet. */
export const UNNAMED_HOURS = 24;
