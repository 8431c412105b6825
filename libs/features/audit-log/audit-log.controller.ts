import { Readable } from 'node:stream';
import { Controller, Get, Query, Res } from '@nestjs/common';
import { ApiOperation, ApiProduces, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { CurrentPrincipal, type Principal, Requires } from '../../platform/access/principal.js';
import { Answers } from '../../platform/http/answers.js';
import { sendCsv } from '../../platform/http/csv.js';
import { pageSchema } from '../../platform/http/page.js';
import {
  type AuditEventsFilter,
  auditEventsFilterSchema,
  type AuditEventsQuery,
  auditEventsQuerySchema,
  auditEventSchema,
  auditVerificationSchema,
  type ExportedEvent,
} from './audit-log.schema.js';
import { AuditLogService } from './audit-log.service.js';

/** Of the CSV file: what is nested becomes columns, what is free becomes JSON. */
const toCells = ({ actor, target, impersonation, before, after, personal, ...event }: ExportedEvent) => ({
  ordinal: event.ordinal,
  id: event.id,
  occurredAt: event.occurredAt,
  action: event.action,
  actorKind: actor.kind,
  actorId: actor.id,
  actorName: actor.name,
  impersonationId: impersonation?.id ?? null,
  impersonationReason: impersonation?.reason ?? null,
  targetType: target.type,
  targetId: target.id,
  targetName: target.name,
  before: before && JSON.stringify(before),
  after: after && JSON.stringify(after),
  network: personal?.network,
  email: personal?.email,
  requestId: event.requestId,
  previousHash: event.previousHash,
  hash: event.hash,
  hashed: event.hashed,
});

const CSV_COLUMNS: (keyof ReturnType<typeof toCells>)[] = [
  'ordinal',
  'id',
  'occurredAt',
  'action',
  'actorKind',
  'actorId',
  'actorName',
  'impersonationId',
  'impersonationReason',
  'targetType',
  'targetId',
  'targetName',
  'before',
  'after',
  'network',
  'email',
  'requestId',
  'previousHash',
  'hash',
  'hashed',
];

@ApiTags('audit log')
@Controller('v1')
export class AuditLogController {
  constructor(private readonly auditLog: AuditLogService) {}

  @ApiOperation({
    summary:
      'Lists what was changed in your organization, and looks at what is sensitive: by whom, when, and how it was before',
    description:
      'Newest first. Search, and filter by action, actor, target and time. Events are kept for 400 days, and each holds the hash of the one before.',
  })
  @Get('audit-events')
  @Requires('audit:read')
  @Answers(200, 'A page of events', pageSchema(auditEventSchema))
  list(
    @CurrentPrincipal() { tenantId }: Principal,
    @Query({ schema: auditEventsQuerySchema }) query: AuditEventsQuery,
  ) {
    return this.auditLog.list(tenantId, query);
  }

  @ApiOperation({
    summary: 'Verifies that no event of your organization was changed, deleted or moved',
    description:
      'Computes every hash anew. Keep `ordinal` and `hash` elsewhere: whatever is before them cannot be rewritten unnoticed. The guide Audit log tells how to verify an export without us.',
  })
  @Get('audit-events/verification')
  @Requires('audit:read')
  @Answers(200, 'What was found', auditVerificationSchema)
  verify(@CurrentPrincipal() { tenantId }: Principal) {
    return this.auditLog.verify(tenantId);
  }

  @ApiOperation({
    summary: 'Exports events as CSV, oldest first',
    description: 'Takes the filters of the list. With the hashes, and the text that each hash covers.',
  })
  @ApiProduces('text/csv')
  @Get('audit-events.csv')
  @Requires('audit:read', { isExport: true })
  @Answers(200, 'A file', z.string().meta({ examples: ['ordinal,id,occurredAt,action,actorKind,…'] }))
  async exportCsv(
    @CurrentPrincipal() { tenantId }: Principal,
    @Query({ schema: auditEventsFilterSchema }) filter: AuditEventsFilter,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    await this.auditLog.noteExport(tenantId);
    sendCsv(reply, 'audit-events', CSV_COLUMNS, Readable.from(this.auditLog.export(tenantId, filter)).map(toCells));
  }

  @ApiOperation({
    summary: 'Exports events as JSON lines, oldest first',
    description: 'Takes the filters of the list. With the hashes, and the text that each hash covers.',
  })
  @ApiProduces('application/jsonl')
  @Get('audit-events.jsonl')
  @Requires('audit:read', { isExport: true })
  @Answers(200, 'A file', z.string().meta({ examples: ['{"id":"019ab3c4-…","ordinal":1,…}'] }))
  async exportJsonLines(
    @CurrentPrincipal() { tenantId }: Principal,
    @Query({ schema: auditEventsFilterSchema }) filter: AuditEventsFilter,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    await this.auditLog.noteExport(tenantId);
    const headers = {
      'content-type': 'application/jsonl; charset=utf-8',
      'content-disposition': 'attachment; filename="audit-events.jsonl"',
      'x-content-type-options': 'nosniff',
    };
    const lines = Readable.from(this.auditLog.export(tenantId, filter)).map((event) => `${JSON.stringify(event)}\n`);
    void reply.headers(headers).send(lines);
  }
}
