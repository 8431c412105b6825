import { Controller, Delete, Get, Head, Header, Options, Param, Patch, Post, Query, Req, Res } from '@nestjs/common';
import { ApiBody, ApiConsumes, ApiExcludeEndpoint, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { CurrentPrincipal, type Principal, Public, Requires, StartsJob } from '../../platform/access/principal.js';
import { Answers } from '../../platform/http/answers.js';
import { PIECE_TYPE } from '../../platform/http/body.js';
import { type PageQuery, pageQuerySchema, pageSchema } from '../../platform/http/page.js';
import { TusService } from './tus.service.js';
import { uploadSchema } from './uploads.schema.js';
import { UploadsService } from './uploads.service.js';

@ApiTags('data sets')
@Controller('v1/projects/:projectId/data-sets/:dataSetId/uploads')
export class UploadsController {
  constructor(
    private readonly uploads: UploadsService,
    private readonly tus: TusService,
  ) {}

  @ApiExcludeEndpoint()
  @Options()
  @Public()
  @Answers(204, 'What of tus is spoken')
  abilities(@Res({ passthrough: true }) reply: FastifyReply) {
    void reply.headers(this.tus.abilities());
  }

  @ApiOperation({
    summary: 'Begins an upload in pieces, which goes on where a line broke',
    description:
      'By tus 1.0, so that any of its clients does it all: `Upload-Length` is the bytes of the file, and `Upload-Metadata` may hold `filename` and what the query of an upload in one call may, such as `user_id`. `Location` is where the pieces go. What is not finished within 24 hours (`Upload-Expires`) is deleted.',
  })
  @Post()
  @StartsJob()
  @Requires('project:write')
  @Answers(201, 'It has begun; Location is its address')
  async create(
    @CurrentPrincipal() { tenantId }: Principal,
    @Param('projectId') projectId: string,
    @Param('dataSetId') dataSetId: string,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const place = { tenantId, projectId, dataSetId };
    void reply.headers(await this.tus.create(place, request));
  }

  @ApiOperation({
    summary: 'Lists the uploads in pieces that are not finished',
    description: 'Newest first. Deleting one makes room for another.',
  })
  @Get()
  @Requires('project:read')
  @Answers(200, 'A page of uploads, newest first', pageSchema(uploadSchema))
  list(
    @CurrentPrincipal() { tenantId }: Principal,
    @Param('projectId') projectId: string,
    @Param('dataSetId') dataSetId: string,
    @Query({ schema: pageQuerySchema }) query: PageQuery,
  ) {
    return this.uploads.list({ tenantId, projectId, dataSetId }, query);
  }

  @ApiOperation({
    summary: 'Says how many bytes of an upload have come',
    description:
      'In the header `Upload-Offset`: the next piece begins there. Once all have come, `Kindred-Import` is the id of the import that it has become.',
  })
  @Head(':uploadId')
  @Requires('project:write')
  @Answers(200, 'Where it stands')
  async show(
    @CurrentPrincipal() { tenantId }: Principal,
    @Param('projectId') projectId: string,
    @Param('dataSetId') dataSetId: string,
    @Param('uploadId') uploadId: string,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const place = { tenantId, projectId, dataSetId };
    void reply.headers(await this.tus.show(place, uploadId, request));
  }

  @ApiOperation({
    summary: 'Adds a piece to an upload',
    description:
      'From `Upload-Offset` on, of any size; 8 MiB is a good one. With `Upload-Checksum` (sha1 or sha256) a piece that was changed on its way is dropped with 460. The last piece makes the upload an import, whose id is the header `Kindred-Import` of the answer.',
  })
  @Patch(':uploadId')
  @StartsJob()
  @Requires('project:write')
  @ApiConsumes(PIECE_TYPE)
  @ApiBody({
    schema: { type: 'string', format: 'binary', example: 'user_id,item_id,value\n42,lamp,5\n' },
    description: 'The bytes',
  })
  @Answers(204, 'They are kept; Upload-Offset is where the next piece begins')
  async append(
    @CurrentPrincipal() { tenantId }: Principal,
    @Param('projectId') projectId: string,
    @Param('dataSetId') dataSetId: string,
    @Param('uploadId') uploadId: string,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const place = { tenantId, projectId, dataSetId };
    void reply.headers(await this.tus.append(place, uploadId, request));
  }

  @ApiOperation({
    summary: 'Gives up an upload in pieces',
    description: 'What has come of it is deleted. One that is complete has become an import and stays.',
  })
  @Delete(':uploadId')
  @Header('tus-resumable', '1.0.0')
  @Requires('project:write')
  @Answers(204, 'It is gone')
  delete(
    @CurrentPrincipal() { tenantId }: Principal,
    @Param('projectId') projectId: string,
    @Param('dataSetId') dataSetId: string,
    @Param('uploadId') uploadId: string,
  ) {
    return this.uploads.delete({ tenantId, projectId, dataSetId }, uploadId);
  }
}
