import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
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

/** Speaks just enough SMTP to take one mail, or to refuse it. */
async function smtpServer(isRefusing: boolean) {
  const lines: string[] = [];
  const server = net.createServer((socket) => {
    let isData = false;
    socket.write('220 test\r\n');
    socket.on('error', () => {});
    socket.on('data', (chunk) => {
      for (const line of chunk.toString().split('\r\n').slice(0, -1)) {
        lines.push(line);
        if (isData && line !== '.') continue;
        if (line.startsWith('RCPT') && isRefusing) socket.write('550 no such mailbox\r\n');
        else if (line === 'DATA') {
          isData = true;
          socket.write('354 go on\r\n');
        } else {
          isData = false;
          socket.write('250 fine\r\n');
        }
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as net.AddressInfo;
  return { url: `smtp://127.0.0.1:${port}`, lines, close: () => server.close() };
}

it('sends over SMTP from the sender that is set, and throws what the server says when it refuses', async () => {
  const [good, bad] = [await smtpServer(false), await smtpServer(true)];
  const MAIL_FROM = 'Kindred <no-reply@kindred.example>';
  await new Mailer(config({ SMTP_URL: good.url, MAIL_FROM })).send(MAIL);
  expect(good.lines).toContain('MAIL FROM:<no-reply@kindred.example>');
  expect(good.lines).toContain('RCPT TO:<owner@shop.example>');
  await expect(new Mailer(config({ SMTP_URL: bad.url, MAIL_FROM })).send(MAIL)).rejects.toThrow(/no such mailbox/);
  good.close();
  bad.close();
});
