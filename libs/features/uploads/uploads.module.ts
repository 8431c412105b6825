import { Module } from '@nestjs/common';
import { DataSetsModule } from '../data-sets/index.js';
import { TusService } from './tus.service.js';
import { UploadsController } from './uploads.controller.js';
import { UploadsRepository } from './uploads.repository.js';
import { UploadsService } from './uploads.service.js';

@Module({
  imports: [DataSetsModule],
  controllers: [UploadsController],
  providers: [TusService, UploadsService, UploadsRepository],
})
export class UploadsModule {}
