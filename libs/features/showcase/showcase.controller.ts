import { Body, Controller, Get, Ip, Post } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { Public } from '../../platform/access/principal.js';
import { Answers } from '../../platform/http/answers.js';
import { Throttle } from '../auth/index.js';
import { type AskShowcase, askShowcaseSchema, showcaseAnswerSchema, showcaseSchema } from './showcase.schema.js';
import { ShowcaseService } from './showcase.service.js';

@ApiTags('visitors')
@Controller('v1/showcase')
export class ShowcaseController {
  constructor(
    private readonly showcase: ShowcaseService,
    private readonly throttle: Throttle,
  ) {}

  @ApiOperation({
    summary: 'Shows the people of the sample that can be tried without an account',
    description: 'Empty where the operator shows nothing. Bounded by address.',
  })
  @Get()
  @Public()
  @Answers(200, 'Some people and what they liked', showcaseSchema)
  async get(@Ip() address: string) {
    await this.throttle.admitVisitor(address);
    return this.showcase.get();
  }

  @ApiOperation({
    summary: 'Recommends items for one of them. Nothing is billed',
    description: 'Asks the model of the sample, as a customer of it would. Nothing is billed; bounded by address.',
  })
  @Post('recommendations')
  @Public()
  @Answers(200, 'The items, best first', showcaseAnswerSchema)
  async recommend(@Body({ schema: askShowcaseSchema }) { userId }: AskShowcase, @Ip() address: string) {
    await this.throttle.admitVisitor(address);
    return this.showcase.recommend(userId);
  }
}
