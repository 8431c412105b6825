import { z } from 'zod';
import { EXAMPLE_IDS, EXAMPLE_TIME } from '../../platform/http/examples.js';
import { MAIL_LANGUAGES } from './mails.js';

const mail = {
  id: z.uuid(),
  to: z.string(),
  language: z.enum(MAIL_LANGUAGES),
  template: z.string().nullable().describe('Null of a mail that was queued before there were templates'),
  subject: z.string(),
  status: z.enum(['queued', 'sent', 'failed']),
  createdAt: z.iso.datetime(),
};
const example = {
  id: EXAMPLE_IDS.mail,
  to: 'me@shop.example',
  language: 'en' as const,
  template: 'verify_email',
  subject: 'Confirm your email address',
  status: 'sent' as const,
  createdAt: EXAMPLE_TIME,
};

export const listMailboxQuerySchema = z.object({
  address: z.string().max(254).optional().describe('Mails to this address alone'),
});

export const mailboxSchema = z.object({ data: z.array(z.object(mail)) }).meta({ examples: [{ data: [example] }] });

export const mailboxMailSchema = z
  .object({
    ...mail,
    text: z.string(),
    html: z.string().nullable().describe('Null of a mail that was queued before there were templates'),
  })
  .meta({
    id: 'MailboxMail',
    examples: [
      {
        ...example,
        text: 'Welcome to Kindred. …',
        html: '<!doctype html><html lang="en">…</html>',
      },
    ],
  });

export type ListMailboxQuery = z.infer<typeof listMailboxQuerySchema>;
export type MailboxMail = z.infer<typeof mailboxMailSchema>;
