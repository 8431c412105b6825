import { describe, expect, it } from 'vitest';
import { MAIL_LANGUAGES, MAIL_TARGETS, type MailTemplate, type MailValues } from './mails.js';
import { renderMail } from './render-mail.js';

const SENDER = { PUBLIC_URL: 'https://kindred.example', KINDRED_SECRET: 'x'.repeat(32) };
const ID = '019ab3c4-5d6e-7f80-9a1b-000000000001';
const HOSTILE = `<img src=x onerror=alert(1)>"'&`;
const TIME = '2026-11-30T10:00:00.000Z';

const VALUES: MailValues = {
  verify_email: { linkId: ID },
  address_taken: {},
  reset_password: { linkId: ID },
  password_changed: { changedAt: TIME },
  new_device: { at: TIME, browser: HOSTILE, system: null, network: '203.0.113.0/24' },
  change_email: { linkId: ID },
  email_changing: { newAddress: HOSTILE },
  invitation: { linkId: ID, organizationName: HOSTILE, invitedBy: HOSTILE, role: 'billing', expiresAt: TIME },
  member_removed: { organizationName: HOSTILE, removedBy: HOSTILE },
  role_changed: { organizationName: HOSTILE, changedBy: HOSTILE, before: 'admin', role: 'viewer' },
  domain_missing: { domain: HOSTILE, record: HOSTILE, endsAt: TIME },
  domain_lapsed: { domain: HOSTILE, record: HOSTILE, endsAt: TIME },
  organization_suspended: { organizationName: 'Shop', reason: 'Three invoices are unpaid.' },
  organization_restored: { organizationName: 'Shop' },
  impersonation_started: {
    organizationName: 'Shop',
    operator: 'operator@kindred.example',
    reason: 'Their import fails.',
    endsAt: '2026-11-30T10:30:00.000Z',
  },
  organization_deletion: { organizationName: HOSTILE, deletesAt: TIME },
  limit_reached: {
    threshold: 75,
    meter: HOSTILE,
    limit: '10000',
    used: '7500.5',
    currency: 'usd',
    whose: { scope: 'project', name: HOSTILE },
    periodStart: TIME,
    periodEnd: TIME,
  },
  payment_failed: {
    invoice: HOSTILE,
    amountDue: '49.00',
    currency: 'usd',
    nextAttemptAt: null,
    hostedInvoiceUrl: `https://pay.example/?a=1&b=${encodeURIComponent(HOSTILE)}`,
  },
  payment_overdue: { organizationName: HOSTILE, stage: 'read_only', until: TIME },
  invoice_issued: {
    invoiceId: ID,
    number: '2026-000042',
    total: '53.69',
    credits: '20.00',
    amountDue: '33.69',
    currency: 'usd',
    periodStart: TIME,
    periodEnd: TIME,
  },
  credit_note_issued: {
    invoiceId: ID,
    number: 'CN-2026-000007',
    invoiceNumber: '2026-000042',
    kind: 'refund',
    amount: '12.50',
    currency: 'usd',
    reason: HOSTILE,
  },
  price_change: {
    organizationName: HOSTILE,
    plan: 'Pro',
    monthlyFee: '59.00',
    currency: 'usd',
    at: TIME,
    isReminder: false,
  },
  price_change_called_off: { organizationName: HOSTILE, plan: 'Pro', monthlyFee: '49.00', currency: 'usd' },
  credit_top_up_stopped: { amount: '100.00', currency: 'usd' },
  credits_taken_back: { amount: '100.00', owed: '20.00', currency: 'usd' },
  plan_paused: { plan: HOSTILE, until: TIME, monthlyFee: '49.00', currency: 'usd' },
  plan_resuming: { plan: HOSTILE, until: TIME, monthlyFee: '49.00', currency: 'usd' },
  trial_refused: { plan: HOSTILE },
  trial_ending: { plan: HOSTILE, endsAt: TIME, nextPlan: HOSTILE, monthlyFee: '49.00', currency: 'usd' },
  api_key_leaked: { prefix: HOSTILE, projectId: ID, url: HOSTILE },
  webhook_disabled: { endpointId: ID, url: HOSTILE, reason: 'gone', days: 5 },
  url_source_paused: { projectId: ID, dataSetId: ID, url: HOSTILE, failures: 5, error: HOSTILE },
};
const TEMPLATES = Object.keys(MAIL_TARGETS) as MailTemplate[];

describe.each(MAIL_LANGUAGES)('a mail in %s', (language) => {
  it.each(TEMPLATES)(
    'of %s says the same as text and as HTML, leads somewhere, and is filled with text alone',
    (template) => {
      const mail = { template, values: VALUES[template] } as never;
      const { subject, text, html } = renderMail(mail, language, SENDER);
      const shown = html.replaceAll(/<style>[\s\S]*?<\/style>|<title>.*<\/title>|<[^>]*>/g, '\n');
      const read = (escaped: string) =>
        escaped
          .replaceAll('&lt;', '<')
          .replaceAll('&gt;', '>')
          .replaceAll('&quot;', '"')
          .replaceAll('&#39;', "'")
          .replaceAll('&amp;', '&');
      for (const line of [subject, ...text.split('\n').filter((each) => !each.startsWith('-- '))])
        expect(read(shown), line).toContain(line.replace(/:$/, ''));
      expect(html).not.toContain('<img');
      expect(text).toMatch(/^https:\/\//m);
      expect(`${subject}${text}`).not.toMatch(/undefined|\[object|NaN/);
      // What a person reads holds no id; where it leads may.
      expect(text.replaceAll(/^https:.*$/gm, '')).not.toContain(ID);
    },
  );
});

it('S22: the secret of a link stands behind the "#", which no server is sent, and in none of the mail’s values', () => {
  const { text } = renderMail({ template: 'reset_password', values: { linkId: ID } }, 'en', SENDER);
  const [, token] = /^https:\/\/kindred\.example\/reset-password#(\S+)$/m.exec(text)!;
  expect(token).toMatch(/^[\w-]{64}$/);
});
