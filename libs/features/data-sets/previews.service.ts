import type { IncomingHttpHeaders } from 'node:http';
import type { Readable } from 'node:stream';
import { Injectable } from '@nestjs/common';
import { findKind, type KindKey } from '../../models/kinds/kinds.js';
import { BOUNDS } from '../../platform/bounds.js';
import { Database } from '../../platform/database/database.js';
import { isStream } from '../../platform/http/body.js';
import { ProjectsService } from '../projects/index.js';
import { previewTooLarge, unknownKind, uploadBrokenOff, uploadNotFile } from './data-sets.errors.js';
import { DataSetsRepository } from './data-sets.repository.js';
import type { ColumnMapping, FileFormats } from './data-sets.schema.js';
import { DataSetsService } from './data-sets.service.js';
import { Previewer } from './previewer.js';
import type { Preview, PreviewQuery } from './previews.schema.js';
import { refuseStrangers, splitQuery } from './upload-query.js';

/** A call whose body nobody has read yet. */
interface Sent {
  body: unknown;
  headers: IncomingHttpHeaders;
}

@Injectable()
export class PreviewsService {
  constructor(
    private readonly database: Database,
    private readonly projects: ProjectsService,
    private readonly dataSets: DataSetsService,
    private readonly repository: DataSetsRepository,
    private readonly previewer: Previewer,
  ) {}

  /** What was said with the data set's file before holds for this one too, as for an upload. */
  async ofDataSet(
    tenantId: string,
    projectId: string,
    dataSetId: string,
    sent: Sent,
    query: PreviewQuery,
  ): Promise<Preview> {
    const { kind, kept } = await this.database.tenant(tenantId, async (transaction) => {
      const dataSet = await this.dataSets.require(transaction, projectId, dataSetId);
      return { kind: dataSet.kind, kept: await this.repository.findKept(transaction, dataSet.id) };
    });
    if (!findKind(kind)) throw unknownKind(kind);
    return this.preview(tenantId, sent, query, { ...kept, kind: kind as KindKey });
  }

  async ofNew(tenantId: string, projectId: string, sent: Sent, query: PreviewQuery): Promise<Preview> {
    await this.database.tenant(tenantId, (transaction) => this.projects.require(transaction, projectId));
    return this.preview(tenantId, sent, query, { kind: null, columnMapping: {}, formats: {} });
  }

  private async preview(
    tenantId: string,
    sent: Sent,
    query: PreviewQuery,
    kept: { kind: KindKey | null; columnMapping: ColumnMapping; formats: FileFormats },
  ): Promise<Preview> {
    const { fileBytes, kind: saidKind, ...ofFile } = query;
    const { columnMapping, formats } = splitQuery(ofFile);
    const kind = kept.kind ?? saidKind ?? null;
    if (kind) refuseStrangers(kind, columnMapping);
    const start = await read(sent);
    const said = Object.fromEntries(Object.entries(formats).filter(([, value]) => value !== undefined));
    return this.previewer.preview(tenantId, start, {
      fileBytes: Math.max(fileBytes ?? 0, start.length),
      kind,
      mapping: columnMapping,
      keptMapping: kept.columnMapping,
      formats: { ...kept.formats, ...said },
    });
  }
}

/** @throws Problem 415 where it is no file, 413 where it is more than the start of one */
async function read({ body, headers }: Sent): Promise<Buffer> {
  if (!isStream(body) || headers['content-encoding']) throw uploadNotFile();
  const { most } = BOUNDS.previewBytes;
  if (Number(headers['content-length'] ?? 0) > most) throw previewTooLarge(most);
  const parts: Buffer[] = [];
  let length = 0;
  try {
    for await (const part of body as Readable & AsyncIterable<Buffer>) {
      length += part.length;
      if (length > most) throw previewTooLarge(most);
      parts.push(part);
    }
  } catch (error) {
    const { code } = error as { code?: string };
    throw code === 'ERR_STREAM_PREMATURE_CLOSE' || code === 'ECONNRESET' ? uploadBrokenOff() : error;
  }
  return Buffer.concat(parts);
}
