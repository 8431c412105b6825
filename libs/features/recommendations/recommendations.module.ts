import { Module } from '@nestjs/common';
import { ServingModule } from '../serving/index.js';
import { RecommendationsController } from './recommendations.controller.js';

@Module({ imports: [ServingModule], controllers: [RecommendationsController] })
export class RecommendationsModule {}
