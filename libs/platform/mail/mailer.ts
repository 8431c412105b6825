import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import nodemailer from 'nodemailer';
import { CONFIG, type Config } from '../config/config.js';

const TRIAL_SENDER = 'Kindred <kindred@localhost>';
const TIMEOUT_MS = 10_000;

export interface Mail {
  /** Becomes the Message-ID, by which a mail that was sent twice is known. */
  id: string;
  to: string;
  subject: string;
  text: string;
  /** That says the same. */
  html?: string;
}

/** Sends mail over SMTP, or, where there is no server, leaves it as a file for someone trying out to read. */
@Injectable()
export class Mailer implements OnApplicationShutdown {
  private readonly server;
  private readonly files = nodemailer.createTransport({ streamTransport: true, buffer: true, newline: 'unix' });
  private readonly folder: string;
  private readonly from: string;

  constructor(@Inject(CONFIG) { SMTP_URL, MAIL_FROM = TRIAL_SENDER, KINDRED_DATA_DIR }: Config) {
    this.server =
      SMTP_URL &&
      nodemailer.createTransport({
        url: SMTP_URL,
        connectionTimeout: TIMEOUT_MS,
        greetingTimeout: TIMEOUT_MS,
        socketTimeout: 2 * TIMEOUT_MS,
      });
    this.folder = path.join(KINDRED_DATA_DIR, 'mail');
    this.from = MAIL_FROM;
  }

  /** @throws Error when the server did not take it */
  async send({ id, ...mail }: Mail): Promise<void> {
    const message = { ...mail, from: this.from, messageId: `<${id}@kindred>`, disableUrlAccess: true };
    if (this.server) {
      await this.server.sendMail(message);
      return;
    }
    const { message: bytes } = await this.files.sendMail(message);
    await mkdir(this.folder, { recursive: true });
    await writeFile(path.join(this.folder, `${id}.eml`), bytes as Buffer, { mode: 0o600 });
  }

  onApplicationShutdown(): void {
    if (this.server) this.server.close();
  }
}
