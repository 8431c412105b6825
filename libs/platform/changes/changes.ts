import { Inject, Injectable, Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import pg from 'pg';
import { z } from 'zod';
import { Clock, CLOCK_QUERY, type ReadClock } from '../clock/clock.js';
import { CONFIG, type Config } from '../config/config.js';
import { RepeatedWork } from '../queue/repeated-work.js';

/** Channel of the triggers named notify_change, and of `LimitsRepository.recallLeases`. */
export const CHANNEL = 'kindred_changes';

/** A row that changed, or what one API process asks of the others. */
const changeSchema = z.object({
  table: z.string(),
  /** Empty of what belongs to no organization, such as the session of somebody who acts in none. */
  tenantId: z
    .string()
    .nullable()
    .transform((id) => id ?? ''),
  id: z.string(),
});

export type Change = z.infer<typeof changeSchema>;

const PROBE_MS = 1_000;
const PROBE_TIMEOUT_MS = 2_000;
const RECONNECT_MS = 100;

/**
 * Hears from Postgres what other processes changed, so that caches need no expiry. While it is connected a cache that forgets
 * what it hears of is never older than a notification takes; when it was cut off, listeners are told to forget everything.
 */
@Injectable()
export class Changes implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger(Changes.name);
  private readonly listeners: ((change: Change) => void)[] = [];
  private readonly resetListeners: (() => void)[] = [];
  private client: pg.Client | undefined;
  private probe: NodeJS.Timeout | undefined;
  private retry: NodeJS.Timeout | undefined;
  private hasStopped = false;
  /** Of the monotonic clock; null while connected. */
  private silentSinceMs: number | null = 0;

  constructor(
    private readonly clock: Clock,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /** Milliseconds for which changes may have gone unheard; 0 while connected. */
  get silentMs(): number {
    return this.silentSinceMs === null ? 0 : performance.now() - this.silentSinceMs;
  }

  onChange(listener: (change: Change) => void): void {
    this.listeners.push(listener);
  }

  /** `listener` forgets everything: changes may have been missed. */
  onReset(listener: () => void): void {
    this.resetListeners.push(listener);
  }

  async onApplicationBootstrap(): Promise<void> {
    await this.connect();
  }

  async onApplicationShutdown(): Promise<void> {
    this.hasStopped = true;
    clearInterval(this.probe);
    clearTimeout(this.retry);
    await this.client?.end().catch(() => {});
  }

  private async connect(): Promise<void> {
    const client = new pg.Client({
      connectionString: this.config.DATABASE_URL,
      connectionTimeoutMillis: PROBE_TIMEOUT_MS,
      query_timeout: PROBE_TIMEOUT_MS,
    });
    this.client = client;
    client.on('error', () => this.lose(client));
    client.on('end', () => this.lose(client));
    client.on('notification', ({ payload }) => this.notifyListeners(payload));
    try {
      await client.connect();
      await client.query(`LISTEN ${CHANNEL}`);
      await this.readClock(client);
    } catch {
      this.lose(client);
      return;
    }
    if (this.client !== client) return;
    if (this.silentSinceMs !== 0) this.logger.log('hears of changes again');
    this.silentSinceMs = null;
    for (const forget of this.resetListeners) forget();
    // A connection whose other end is gone without a word is silent, which is how it also is when nothing changes.
    this.probe = setInterval(() => void this.readClock(client).catch(() => this.lose(client)), PROBE_MS);
  }

  private async readClock(client: pg.Client): Promise<void> {
    const { rows } = await client.query<ReadClock>(CLOCK_QUERY);
    if (this.clock.agree(rows[0]!)) RepeatedWork.wakeAll();
  }

  private lose(client: pg.Client): void {
    if (this.client !== client || this.hasStopped) return;
    this.client = undefined;
    clearInterval(this.probe);
    this.silentSinceMs ??= performance.now();
    void client.end().catch(() => {});
    this.retry = setTimeout(() => void this.connect(), RECONNECT_MS);
  }

  private notifyListeners(payload = ''): void {
    const change = changeSchema.parse(JSON.parse(payload));
    for (const listener of this.listeners) listener(change);
  }
}
