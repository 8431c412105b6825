import { Body, Controller, Headers, HttpCode, Module, Param, Post } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { LABEL_SEPARATOR } from '../../models/kinds/kind.js';
import {
  type ClassifyResult,
  classificationsSchema as resultsSchema,
  classifySchema,
  TEXTS_MAX,
} from '../../models/tasks/classification/task.js';
import { CurrentPrincipal, OpenToKeys, type Principal, Requires } from '../../platform/access/principal.js';
import { BOUNDS } from '../../platform/bounds.js';
import { Problem } from '../../platform/errors/problem.js';
import { Answers } from '../../platform/http/answers.js';
import { textSchema } from '../../platform/http/text.js';
import { FeedbackModule, FeedbackService } from '../feedback/index.js';
import { ApiServed, parseIdempotencyKey, ServingModule, ServingService } from '../serving/index.js';

/** The role of the data set that classifiers learn from. */
const ROLE = 'texts';

const classificationsSchema = z
  .object({
    classificationId: z.uuid().describe('Name it in feedback'),
    modelVersionId: z.uuid(),
    ...resultsSchema.shape,
  })
  .meta({ id: 'Classifications' });

const labelSchema = textSchema
  .trim()
  .min(1)
  .max(BOUNDS.idCharacters.most)
  .refine((label) => !label.includes(LABEL_SEPARATOR), `must not hold ${LABEL_SEPARATOR}`);

const feedbackSchema = z.object({
  classificationId: z.uuid().describe('Of the answer that is corrected; known for 30 days'),
  index: z
    .int()
    .min(0)
    .max(TEXTS_MAX - 1)
    .default(0)
    .describe('Which text of the call'),
  labels: z.array(labelSchema).min(1).max(BOUNDS.labels.most).describe('What the text is'),
});

const keptSchema = z.object({ dataSetId: z.uuid().describe('Holds the text with its labels now') });

/** What `keeps` of the operation left. */
const requestSchema = z.object({ texts: z.array(z.string()) });

@ApiTags('classifications')
@Controller('v1/deployments/:deploymentId')
export class ClassificationsController {
  constructor(
    private readonly serving: ServingService,
    private readonly feedback: FeedbackService,
  ) {}

  @ApiOperation({
    summary: 'Classifies texts. Each answer counts one classification_requests, and each text one classified_texts',
  })
  @Post('classifications')
  @HttpCode(200)
  @ApiServed({ isLong: true })
  @Answers(200, 'What each text is, in their order', classificationsSchema)
  async classify(
    @CurrentPrincipal() principal: Principal,
    @Param('deploymentId') deploymentId: string,
    @Body({ schema: classifySchema }) request: z.output<typeof classifySchema>,
    @Headers('idempotency-key') header?: string,
  ) {
    const call = { deploymentId, operation: 'classifications', request, idempotencyKey: parseIdempotencyKey(header) };
    const { id, modelVersionId, answer } = await this.serving.serve<ClassifyResult>(principal, call);
    return { classificationId: id, modelVersionId, ...answer };
  }

  @ApiOperation({
    summary:
      'Keeps what a text really is as a row of the data set that the model learns from; a later word on the same text takes the place of an earlier one. Labels that the model which answered could not learn are refused. Of a test key it is checked and not kept',
  })
  @Post('feedback')
  @HttpCode(200)
  @Requires('deployments:call')
  @OpenToKeys()
  @Answers(200, 'The row is kept for the next training', keptSchema)
  async correct(
    @CurrentPrincipal() principal: Principal,
    @Param('deploymentId') deploymentId: string,
    @Body({ schema: feedbackSchema }) { classificationId, index, labels }: z.output<typeof feedbackSchema>,
  ) {
    const said = { label: [...new Set(labels)].sort().join(LABEL_SEPARATOR) };
    const correction = { deploymentId, callId: classificationId, index, role: ROLE, said };
    const dataSetId = await this.feedback.correct(principal, correction, (request) => {
      const { texts } = requestSchema.parse(request);
      const text = texts[index];
      if (text === undefined) throw noSuchText(index, texts.length);
      return { text };
    });
    return { dataSetId };
  }
}

const noSuchText = (index: number, texts: number) =>
  new Problem(
    400,
    'invalid_request',
    `The call had ${texts} texts, so that index is at most ${texts - 1}, not ${index}.`,
  );

@Module({ imports: [FeedbackModule, ServingModule], controllers: [ClassificationsController] })
export class ClassificationsModule {}
