import request from 'supertest';
import type { TestApi } from './api.js';

/** A mail as `GET /v1/mailbox` shows it; with the token of its link, where it has one. */
export interface ShownMail {
  to: string;
  language: string;
  template: string;
  subject: string;
  text: string;
  html: string;
  token: string;
}

/** Mails to that address, the newest first; the API must show them (KINDRED_MAILBOX). */
export async function mailsTo(api: Pick<TestApi, 'url'>, address: string, template?: string): Promise<ShownMail[]> {
  const { body } = await request(api.url).get('/v1/mailbox').query({ address }).expect(200);
  const listed = (body.data as { id: string; template: string }[]).filter(
    (mail) => !template || mail.template === template,
  );
  return Promise.all(
    listed.map(async ({ id }) => {
      const mail: ShownMail = (await request(api.url).get(`/v1/mailbox/${id}`).expect(200)).body;
      return { ...mail, token: /#(\S+)$/m.exec(mail.text)?.[1] ?? '' };
    }),
  );
}
