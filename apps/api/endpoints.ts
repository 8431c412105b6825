import type { Type } from '@nestjs/common';
import { ClassificationsModule } from '../../libs/features/classifications/index.js';
import { RecommendationsModule } from '../../libs/features/recommendations/index.js';

/** By what deployments are called: one module of routes for each task. */
export const ENDPOINTS: Type[] = [ClassificationsModule, RecommendationsModule];
