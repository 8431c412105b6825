import { Body, Controller, HttpCode, Module, Param, Post, Query } from '@nestjs/common';
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
import { EXAMPLE_IDS } from '../../platform/http/examples.js';
import { textSchema } from '../../platform/http/text.js';
import { FeedbackModule, FeedbackService } from '../feedback/index.js';
import {
  ApiServed,
  IdempotencyKey,
  ServingModule,
  ServingService,
  type TryQuery,
  tryQuerySchema,
} from '../serving/index.js';

/** The role of the data set that classifiers learn from. */
const ROLE = 'texts';

const classificationsSchema = z
  .object({
    classificationId: z.uuid().describe('Name it in feedback'),
    modelVersionId: z.uuid(),
    ...resultsSchema.shape,
  })
  .meta({
    id: 'Classifications',
    examples: [
      {
        classificationId: EXAMPLE_IDS.call,
        modelVersionId: EXAMPLE_IDS.modelVersion,
        results: [
          {
            labels: ['card_arrival'],
            classes: [
              { label: 'card_arrival', score: 0.94 },
              { label: 'card_delivery_estimate', score: 0.04 },
            ],
            abstained: false,
          },
        ],
      },
    ],
  });

const labelSchema = textSchema
  .trim()
  .min(1)
  .max(BOUNDS.idCharacters.most)
  .refine((label) => !label.includes(LABEL_SEPARATOR), `must not hold ${LABEL_SEPARATOR}`);

const feedbackSchema = z
  .object({
    classificationId: z.uuid().describe('Of the answer that is corrected; known for 30 days'),
    index: z
      .int()
      .min(0)
      .max(TEXTS_MAX - 1)
      .default(0)
      .describe('Which text of the call'),
    labels: z.array(labelSchema).min(1).max(BOUNDS.labels.most).describe('What the text is'),
  })
  .meta({ examples: [{ classificationId: EXAMPLE_IDS.call, index: 0, labels: ['card_arrival'] }] });

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
    summary: 'Classifies texts',
    description:
      'Give `text`, or up to 100 in `texts`. Scores are chances; an answer without a label is an abstention, with its reason. Counts one `classification_requests`, and each text one `classified_texts`; one `test_requests` where a test key or a person asks.',
  })
  @Post('classifications')
  @HttpCode(200)
  @ApiServed({ isLong: true })
  @Answers(200, 'What each text is, in their order', classificationsSchema)
  async classify(
    @CurrentPrincipal() principal: Principal,
    @Param('deploymentId') deploymentId: string,
    @Body({ schema: classifySchema }) request: z.output<typeof classifySchema>,
    @Query({ schema: tryQuerySchema }) { modelVersionId }: TryQuery,
    @IdempotencyKey() idempotencyKey?: string,
  ) {
    const call = { deploymentId, operation: 'classifications', request, modelVersionId, idempotencyKey };
    const { id, answer, ...served } = await this.serving.serve<ClassifyResult>(principal, call);
    return { classificationId: id, ...served, ...answer };
  }

  @ApiOperation({
    summary: 'Keeps what a text really is, for the next training',
    description:
      'Becomes a row of the data set that the model learns from; a later word on the same text takes the place of an earlier one. A label that the model could not learn is refused. With a test key it is checked and not kept.',
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
