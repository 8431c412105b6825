import { Body, Controller, Headers, HttpCode, Post, type RawBodyRequest, Req, SerializeOptions } from '@nestjs/common';
import { ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { Public } from '../../platform/access/principal.js';
import { wrongScannerSignature } from './api-keys.errors.js';
import { type FoundKey, foundKeysSchema, scannedKeySchema } from './leaked-keys.schema.js';
import { LeakedKeysService } from './leaked-keys.service.js';

@ApiTags('API keys')
@Controller('v1/leaked-keys')
export class LeakedKeysController {
  constructor(private readonly leakedKeys: LeakedKeysService) {}

  @ApiOperation({
    summary: 'Takes API keys that secret scanning found in public, in the format of GitHub, and revokes them',
    description:
      'For secret scanners, which sign what they send. Owners, admins and billing members are told of each key.',
  })
  @Post('github')
  @HttpCode(200)
  @Public()
  // Nest holds each element of an array to the schema by itself.
  @SerializeOptions({ schema: scannedKeySchema })
  @ApiResponse({ status: 200, description: 'Which of them were keys', standardSchema: z.array(scannedKeySchema) })
  async report(
    @Req() request: RawBodyRequest<FastifyRequest>,
    @Body({ schema: foundKeysSchema }) found: FoundKey[],
    @Headers('github-public-key-identifier') keyIdentifier?: string,
    @Headers('github-public-key-signature') signature?: string,
  ) {
    if (!request.rawBody || !keyIdentifier || !signature) throw wrongScannerSignature();
    await this.leakedKeys.verify(request.rawBody, keyIdentifier, signature);
    return this.leakedKeys.report(found);
  }
}
