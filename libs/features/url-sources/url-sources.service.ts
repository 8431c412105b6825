import { Inject, Injectable } from '@nestjs/common';
import { audit } from '../../platform/audit/audit.js';
import { BOUNDS } from '../../platform/bounds.js';
import { CONFIG, type Config } from '../../platform/config/config.js';
import { Database, type Transaction } from '../../platform/database/database.js';
import { notFound } from '../../platform/errors/problem.js';
import { mayBePublic } from '../../platform/http/guarded-request.js';
import { newId, parseId } from '../../platform/http/ids.js';
import { type PageQuery, toPage } from '../../platform/http/page.js';
import { DataSetsService, NewImports } from '../data-sets/index.js';
import { sealTarget, shownAddress } from './target.js';
import { sourceNotHttps, sourceNotPublic, tooManyUrlSources } from './url-sources.errors.js';
import { UrlSourcesRepository } from './url-sources.repository.js';
import type { CreateUrlSource, UrlSource } from './url-sources.schema.js';

/** A data set of whoever calls. */
export interface Place {
  tenantId: string;
  projectId: string;
  dataSetId: string;
}

@Injectable()
export class UrlSourcesService {
  constructor(
    private readonly database: Database,
    private readonly repository: UrlSourcesRepository,
    private readonly dataSets: DataSetsService,
    private readonly newImports: NewImports,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /** @throws Problem 400 for an address from which nothing could be fetched, 402, 404 or 409 */
  create(place: Place, { url, interval, query, authorization, s3 }: CreateUrlSource): Promise<UrlSource> {
    const { tenantId } = place;
    this.requirePublic(url, s3?.endpoint);
    return this.database.tenant(tenantId, async (transaction) => {
      const dataSet = await this.dataSets.require(transaction, place.projectId, place.dataSetId);
      const { most } = BOUNDS.urlSources;
      if ((await this.repository.countLocked(transaction, tenantId)) >= most) throw tooManyUrlSources(most);
      await this.newImports.admit(transaction, tenantId, dataSet, query, 1);
      const id = newId();
      const address = shownAddress(url);
      const sealed = sealTarget(this.config.KINDRED_SECRET, id, { url, authorization, s3 });
      const row = { tenantId, id, dataSetId: dataSet.id, address, interval, query, sealed };
      const source = await this.repository.create(transaction, row);
      const after = { projectId: dataSet.projectId, dataSetId: dataSet.id, url: address, interval, query };
      await audit(transaction, tenantId, 'url_source.created', id, { after });
      return source;
    });
  }

  list({ tenantId, projectId, dataSetId }: Place, query: PageQuery) {
    return this.database.tenant(tenantId, async (transaction) => {
      const { id } = await this.dataSets.require(transaction, projectId, dataSetId);
      return toPage(await this.repository.list(transaction, id, query), query);
    });
  }

  /** Fetches it as soon as a worker is free, also where it is paused or was to be fetched once. */
  run(place: Place, sourceId: string): Promise<UrlSource> {
    return this.database.tenant(place.tenantId, async (transaction) => {
      const { id, url } = await this.require(transaction, place, sourceId);
      await this.repository.runNow(transaction, id);
      await audit(transaction, place.tenantId, 'url_source.run', id, { after: { url } });
      return this.require(transaction, place, id);
    });
  }

  delete(place: Place, sourceId: string): Promise<void> {
    return this.database.tenant(place.tenantId, async (transaction) => {
      const { id, dataSetId, url, interval } = await this.require(transaction, place, sourceId);
      await this.repository.delete(transaction, id);
      await audit(transaction, place.tenantId, 'url_source.deleted', id, { before: { dataSetId, url, interval } });
    });
  }

  private requirePublic(url: string, endpoint?: string): void {
    if (this.config.KINDRED_URL_SOURCES_AT_PRIVATE_ADDRESSES) return;
    if (url.startsWith('http:') || endpoint?.startsWith('http:')) throw sourceNotHttps();
    if (url.startsWith('https:') && !mayBePublic(url)) throw sourceNotPublic('url');
    if (endpoint && !mayBePublic(endpoint)) throw sourceNotPublic('s3.endpoint');
  }

  private async require(
    transaction: Transaction,
    { projectId, dataSetId }: Omit<Place, 'tenantId'>,
    sourceId: string,
  ): Promise<UrlSource> {
    const dataSet = await this.dataSets.require(transaction, projectId, dataSetId);
    const source = await this.repository.find(transaction, dataSet.id, parseId('url source', sourceId));
    if (!source) throw notFound('url source', sourceId);
    return source;
  }
}
