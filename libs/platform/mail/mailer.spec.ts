import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { SMTPServer } from 'smtp-server';
import { afterEach, expect, it } from 'vitest';
import { readConfig } from '../config/config.js';
import { Mailer } from './mailer.js';

const folder = mkdtempSync(path.join(tmpdir(), 'kindred-mail-'));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const MAIL = {
  id: 'mail-1',
  to: 'owner@shop.example',
  subject: 'Grüße\r\nBcc: x@y.example',
  text: 'Line one\nline two',
};
const config = (changes: Record<string, string> = {}) =>
  readConfig({
    DATABASE_URL: 'postgresql://localhost/kindred',
    KINDRED_SECRET: 'x'.repeat(32),
    KINDRED_DATA_DIR: folder,
    ...changes,
  });

it('leaves a mail as a file that only its owner reads where there is no server; a subject cannot add headers', async () => {
  await new Mailer(config()).send(MAIL);
  const file = path.join(folder, 'mail', 'mail-1.eml');
  const text = readFileSync(file, 'utf8');
  expect(text).toMatch(/^To: owner@shop\.example$/m);
  expect(text).toMatch(/^Message-ID: <mail-1@kindred>$/m);
  expect(text).not.toMatch(/^Bcc:/m);
  expect(text).toContain('Line one\nline two');
  expect(statSync(file).mode & 0o777).toBe(0o600);
});

/** A real mail server on a port of its own, which takes what is for one address alone. */
async function smtpServer(taken: string) {
  const mails: { from: string; to: string[]; source: string }[] = [];
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    logger: false,
    onRcptTo: ({ address }, _session, done) => done(address === taken ? null : new Error('no such mailbox')),
    onData: (stream, { envelope: { mailFrom, rcptTo } }, done) => {
      let source = '';
      stream.on('data', (chunk) => (source += chunk));
      stream.on('end', () => {
        mails.push({ from: mailFrom ? mailFrom.address : '', to: rcptTo.map(({ address }) => address), source });
        done();
      });
    },
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const { port } = server.server.address() as AddressInfo;
  return { url: `smtp://127.0.0.1:${port}`, mails, close: () => new Promise<void>((resolve) => server.close(resolve)) };
}

it('sends text and HTML over SMTP from the sender that is set, and throws what the server says when it refuses', async () => {
  const server = await smtpServer(MAIL.to);
  const MAIL_FROM = 'Kindred <no-reply@kindred.example>';
  const mailer = new Mailer(config({ SMTP_URL: server.url, MAIL_FROM }));
  await mailer.send({ ...MAIL, html: '<p>Zeile eins</p>' });
  expect(server.mails).toMatchObject([{ from: 'no-reply@kindred.example', to: [MAIL.to] }]);
  const { source } = server.mails[0]!;
  expect(source).toMatch(/^Content-Type: multipart\/alternative/m);
  // The plainest comes first, the one to be preferred last.
  expect(source.indexOf('Line one')).toBeGreaterThan(0);
  expect(source.indexOf('<p>Zeile eins</p>')).toBeGreaterThan(source.indexOf('Line one'));
  expect(source).not.toMatch(/^Bcc:/m);
  await expect(mailer.send({ ...MAIL, to: 'nobody@shop.example' })).rejects.toThrow(/no such mailbox/);
  expect(server.mails).toHaveLength(1);
  mailer.onApplicationShutdown();
  await server.close();
});
