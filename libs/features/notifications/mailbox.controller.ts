import { Controller, Get, Header, Inject, Param, Query } from '@nestjs/common';
import { ApiOperation, ApiProduces, ApiTags } from '@nestjs/swagger';
import { Public } from '../../platform/access/principal.js';
import { CONFIG, type Config } from '../../platform/config/config.js';
import { Database } from '../../platform/database/database.js';
import { notFound, Problem } from '../../platform/errors/problem.js';
import { Answers } from '../../platform/http/answers.js';
import { parseId } from '../../platform/http/ids.js';
import {
  type ListMailboxQuery,
  listMailboxQuerySchema,
  type MailboxMail,
  mailboxMailSchema,
  mailboxSchema,
} from './mailbox.schema.js';
import { NotificationsRepository } from './notifications.repository.js';
import { wordsOf } from './render-mail.js';

const SHOWN_MAX = 100;
/** A page of its own, which runs nothing, loads nothing, and stands in a frame of ours alone. */
const HTML_POLICY =
  "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'; sandbox allow-popups allow-popups-to-escape-sandbox";

/** Every mail, for whoever tries Kindred out on a machine that sends none. Without KINDRED_MAILBOX it does not exist. */
@ApiTags('mailbox')
@Controller('v1/mailbox')
export class MailboxController {
  constructor(
    private readonly database: Database,
    private readonly repository: NotificationsRepository,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  @ApiOperation({
    summary: 'Lists the newest mails',
    description:
      'The 100 newest, of everybody. Only where the installation shows its mails (KINDRED_MAILBOX), else 404.',
  })
  @Get()
  @Public()
  @Answers(200, 'The mails', mailboxSchema)
  async list(
    @Query({ schema: listMailboxQuerySchema }) { address }: ListMailboxQuery,
  ): Promise<{ data: MailboxMail[] }> {
    return { data: await this.find({ ...(address && { address }) }) };
  }

  @ApiOperation({
    summary: 'Shows a mail',
    description: 'As text and as HTML. Only where the installation shows its mails (KINDRED_MAILBOX), else 404.',
  })
  @Get(':mailId')
  @Public()
  @Answers(200, 'The mail', mailboxMailSchema)
  get(@Param('mailId') mailId: string): Promise<MailboxMail> {
    return this.findOne(mailId);
  }

  @ApiOperation({
    summary: 'Shows a mail as a page',
    description: 'Only where the installation shows its mails (KINDRED_MAILBOX), else 404.',
  })
  @Get(':mailId/html')
  @Public()
  @Header('content-type', 'text/html; charset=utf-8')
  @Header('content-security-policy', HTML_POLICY)
  @Header('x-frame-options', 'SAMEORIGIN')
  @ApiProduces('text/html')
  @Answers(200, 'The page')
  async html(@Param('mailId') mailId: string): Promise<string> {
    const { html, text } = await this.findOne(mailId);
    return html ?? text;
  }

  private async findOne(mailId: string): Promise<MailboxMail> {
    const [mail] = await this.find({ id: parseId('mail', mailId) });
    if (!mail) throw notFound('mail', mailId);
    return mail;
  }

  /** As they are or will be sent, which is not waited for. */
  private async find(where: { id?: string; address?: string }): Promise<MailboxMail[]> {
    if (!this.config.KINDRED_MAILBOX) throw noMailbox();
    const rows = await this.database.system((transaction) => this.repository.list(transaction, where, SHOWN_MAX));
    return rows.map((row) => ({
      id: row.id,
      to: row.to,
      language: row.language,
      template: 'template' in row.content ? row.content.template : null,
      status: row.status,
      createdAt: row.createdAt.toISOString(),
      html: null,
      ...wordsOf(row, this.config),
    }));
  }
}

const noMailbox = () => new Problem(404, 'not_found', 'This installation shows its mails to nobody but their readers.');
