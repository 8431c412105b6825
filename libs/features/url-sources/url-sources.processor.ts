import { Inject, Injectable } from '@nestjs/common';
import { audit } from '../../platform/audit/audit.js';
import { CONFIG, type Config, secretsOf } from '../../platform/config/config.js';
import { Database, type Transaction } from '../../platform/database/database.js';
import { Problem } from '../../platform/errors/problem.js';
import { newId } from '../../platform/http/ids.js';
import { OBJECT_STORE, type ObjectStore, ObjectTooLargeError } from '../../platform/object-store/object-store.js';
import { type Claim, type LostClaim, releaseRow } from '../../platform/queue/leased-rows.js';
import { type ClaimOrder, LeasedWork, LeaseLostError, WorkerStoppedError } from '../../platform/queue/leased-work.js';
import { jittered } from '../../platform/queue/waits.js';
import { NewImports, uploadKeyOf, uploadTooLarge } from '../data-sets/index.js';
import { LimitsService } from '../limits/index.js';
import { NotificationsService } from '../notifications/index.js';
import { FetchError, hostOf, openFile, type OpenedFile, toFetchError } from './open-file.js';
import { openTarget, type Target } from './target.js';
import {
  type ClaimedSource,
  NEXT_SOURCES,
  type Outcome,
  URL_SOURCES,
  UrlSourcesRepository,
} from './url-sources.repository.js';

/** Under way in one worker. */
const FETCHES_MAX = 4;
/** For one file, from the first call to its last byte. */
const FETCH_MS = 3_600_000;
const MINUTE = 60;
const HOUR = 60 * MINUTE;
const INTERVAL_SECONDS = { once: null, hourly: HOUR, daily: 24 * HOUR };
/** Runs in a row that nobody saw end, by a worker that vanished or an error of ours. One that has had so many counts as failed. */
const LOSSES_MAX = 3;
const GIVEN_UP = `An error of ours kept the file from being fetched ${LOSSES_MAX} times in a row: it is tried again later.`;
/** Before what failed is tried again, where its interval is not shorter. One more failure than these pauses the source. */
const RETRY_SECONDS = [5 * MINUTE, 30 * MINUTE, 2 * HOUR, 5 * HOUR];

/** Fetches files from their addresses and has them imported. */
@Injectable()
export class UrlSourcesProcessor extends LeasedWork<ClaimedSource> {
  protected override readonly everyMs = 1_000;
  protected readonly table = URL_SOURCES;
  protected readonly most = FETCHES_MAX;
  protected override readonly lossesMax = LOSSES_MAX;

  constructor(
    database: Database,
    private readonly repository: UrlSourcesRepository,
    private readonly newImports: NewImports,
    private readonly limits: LimitsService,
    private readonly notifications: NotificationsService,
    @Inject(OBJECT_STORE) private readonly objects: ObjectStore,
    @Inject(CONFIG) private readonly config: Config,
  ) {
    super(database);
  }

  protected override order(room: number): ClaimOrder {
    return [NEXT_SOURCES, room];
  }

  protected override read(transaction: Transaction, claims: Claim[]): Promise<ClaimedSource[]> {
    return Promise.all(claims.map((claim) => this.repository.readClaimed(transaction, claim)));
  }

  protected override async carryOut(claimed: ClaimedSource, lease: AbortSignal): Promise<void> {
    const signal = AbortSignal.any([lease, this.stopping.signal, AbortSignal.timeout(FETCH_MS)]);
    try {
      await this.fetch(claimed, signal);
    } catch (error) {
      const reason = signal.aborted ? signal.reason : error;
      if (reason instanceof LeaseLostError) return;
      if (reason instanceof WorkerStoppedError) await this.release(claimed);
      else await this.fail(claimed, reason);
    }
  }

  protected override async giveUp(transaction: Transaction, lost: LostClaim): Promise<void> {
    const claimed = await this.repository.readClaimed(transaction, lost);
    await this.finishIn(transaction, claimed, { result: 'failed', error: GIVEN_UP, failures: claimed.failures + 1 });
  }

  private async fetch(claimed: ClaimedSource, signal: AbortSignal): Promise<void> {
    const { tenantId, dataSet, query } = claimed;
    await this.database.tenant(tenantId, async (transaction) => {
      await this.limits.requirePaid(transaction, tenantId);
      await this.newImports.admit(transaction, tenantId, dataSet, query, 1);
    });
    const target = this.targetOf(claimed);
    const isPrivate = this.config.KINDRED_URL_SOURCES_AT_PRIVATE_ADDRESSES;
    // What could not be imported is had again, so that it is found once somebody has put it right.
    const known = claimed.lastImportStatus === 'succeeded' ? claimed : { etag: null, lastModified: null };
    const file = await openFile(target, known, signal, isPrivate);
    if (file) await this.import(claimed, file, hostOf(target));
    else await this.finish(claimed, { result: 'unchanged', error: null, failures: 0 });
  }

  private async import(claimed: ClaimedSource, file: OpenedFile, host: string): Promise<void> {
    const { tenantId, dataSet, query } = claimed;
    const importId = newId();
    const uploadKey = uploadKeyOf(tenantId, importId);
    const uploadBytes = await this.objects
      .put(uploadKey, file.content, this.config.KINDRED_UPLOAD_BYTES_MAX)
      .catch((error: unknown) => {
        throw error instanceof ObjectTooLargeError ? uploadTooLarge(error.bytesMax) : toFetchError(error, host);
      });
    const { etag, lastModified } = file;
    // A file that nobody can import fails as an address does that nobody can reach.
    const failures = claimed.lastImportStatus === 'failed' ? claimed.failures + 1 : 0;
    try {
      await this.database.tenant(tenantId, async (transaction) => {
        const outcome = { result: 'imported', error: null, failures, made: { importId, etag, lastModified } } as const;
        if (!(await this.finishIn(transaction, claimed, outcome))) throw new LeaseLostError();
        await this.newImports.queue(transaction, tenantId, dataSet, { id: importId, uploadKey, uploadBytes }, query);
      });
    } catch (error) {
      await this.newImports.discard({ uploadKey });
      throw error;
    }
  }

  private targetOf({ id, sealed }: ClaimedSource): Target {
    try {
      return openTarget(secretsOf(this.config), id, sealed);
    } catch (cause) {
      throw new FetchError('What the source is reached by cannot be read any more: delete it and make it anew.', {
        cause,
      });
    }
  }

  /** Counts what the customer can put right; anything else is ours, and another's once the lease has run out. */
  private async fail(claimed: ClaimedSource, error: unknown): Promise<void> {
    const told = toFetchError(error, new URL(claimed.address).host);
    if (!(told instanceof FetchError || told instanceof Problem)) throw told;
    await this.finish(claimed, { result: 'failed', error: told.message, failures: claimed.failures + 1 });
  }

  private async finish(claimed: ClaimedSource, run: Run): Promise<void> {
    await this.database.tenant(claimed.tenantId, (transaction) => this.finishIn(transaction, claimed, run));
  }

  /** False when the claim was lost meanwhile. */
  private async finishIn(transaction: Transaction, claimed: ClaimedSource, run: Run): Promise<boolean> {
    const { tenantId, id, address: url, dataSet } = claimed;
    const isPaused = run.failures > RETRY_SECONDS.length;
    const waitSeconds = isPaused ? null : waitAfter(claimed, run);
    if (!(await this.repository.finish(transaction, claimed, { ...run, waitSeconds, isPaused }))) return false;
    if (!isPaused) return true;
    await audit(transaction, tenantId, 'url_source.paused', id, { after: { url, failures: run.failures } });
    const values = { projectId: dataSet.projectId, dataSetId: dataSet.id, url, failures: run.failures };
    const error = run.error ?? 'Its imports failed.';
    await this.notifications.email(transaction, tenantId, {
      template: 'url_source_paused',
      values: { ...values, error },
    });
    return true;
  }

  private async release(claimed: ClaimedSource): Promise<void> {
    await this.database.tenant(claimed.tenantId, (transaction) => releaseRow(transaction, URL_SOURCES, claimed));
  }
}

type Run = Pick<Outcome, 'result' | 'error' | 'made' | 'failures'>;

/** Null where it is done. */
function waitAfter({ interval }: ClaimedSource, { result, failures }: Run): number | null {
  const seconds = INTERVAL_SECONDS[interval];
  if (result !== 'failed') return seconds;
  return jittered(Math.min(RETRY_SECONDS[failures - 1]!, seconds ?? Infinity));
}
