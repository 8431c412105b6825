import type { Role } from '../../platform/access/permissions.js';
import type { LinkPurpose } from '../../platform/one-time-links/one-time-links.js';

/** Languages of mails. */
export const MAIL_LANGUAGES = ['en', 'zh'] as const;
export type MailLanguage = (typeof MAIL_LANGUAGES)[number];

/** What each mail is filled with, by the template's name. Times are ISO 8601, money a decimal and a currency, links ids of one-time links. */
// A type, as what is stored as JSON must be.
export type MailValues = {
  verify_email: { linkId: string };
  address_taken: Record<string, never>;
  reset_password: { linkId: string };
  password_changed: { changedAt: string };
  new_device: { at: string; browser: string | null; system: string | null; network: string | null };
  change_email: { linkId: string };
  email_changing: { newAddress: string };
  invitation: { linkId: string; organizationName: string; invitedBy: string; role: Role; expiresAt: string };
  member_removed: { organizationName: string; removedBy: string };
  role_changed: { organizationName: string; changedBy: string; before: Role; role: Role };
  domain_missing: { domain: string; record: string; endsAt: string };
  domain_lapsed: { domain: string; record: string; endsAt: string };
  organization_deletion: { organizationName: string; deletesAt: string };
  organization_suspended: { organizationName: string; reason: string };
  organization_restored: { organizationName: string };
  impersonation_started: { organizationName: string; operator: string; reason: string; endsAt: string };
  limit_reached: {
    threshold: number;
    /** A meter's key, or null of a spend cap. */
    meter: string | null;
    limit: string;
    used: string;
    currency: string;
    whose: { scope: 'plan' | 'organization' | 'project' | 'key'; name: string };
    periodStart: string;
    periodEnd: string;
  };
  payment_failed: {
    invoice: string;
    amountDue: string;
    currency: string;
    nextAttemptAt: string | null;
    hostedInvoiceUrl: string | null;
  };
  payment_overdue: { organizationName: string; stage: 'grace' | 'restricted' | 'read_only'; until: string };
  invoice_issued: {
    invoiceId: string;
    number: string;
    total: string;
    /** Of it, what prepaid credits pay; absent from mails of before there were any. */
    credits?: string;
    /** 0 where the total is in the customer's favour. */
    amountDue: string;
    currency: string;
    periodStart: string;
    periodEnd: string;
  };
  credit_note_issued: {
    invoiceId: string;
    number: string;
    invoiceNumber: string;
    kind: 'credit' | 'refund';
    amount: string;
    /** Of it, what goes back as prepaid credits; absent from mails of before it could. */
    asCredits?: string;
    currency: string;
    reason: string;
  };
  price_change: {
    organizationName: string;
    plan: string;
    monthlyFee: string;
    currency: string;
    at: string;
    isReminder: boolean;
  };
  /** By the price that goes on. */
  price_change_called_off: { organizationName: string; plan: string; monthlyFee: string; currency: string };
  credit_top_up_stopped: { amount: string; currency: string };
  credits_taken_back: { amount: string; owed: string; currency: string };
  plan_paused: { plan: string; until: string; monthlyFee: string; currency: string };
  plan_resuming: { plan: string; until: string; monthlyFee: string; currency: string };
  trial_refused: { plan: string };
  trial_ending: { plan: string; endsAt: string; nextPlan: string; monthlyFee: string; currency: string };
  api_key_leaked: { prefix: string; projectId: string; url: string };
  webhook_disabled: { endpointId: string; url: string; reason: 'gone' | 'failing'; days: number };
  /** `error` is a sentence of the API. */
  url_source_paused: { projectId: string; dataSetId: string; url: string; failures: number; error: string };
};

export type MailTemplate = keyof MailValues;

/** A template by name with what it is filled with. */
export type Mail = { [T in MailTemplate]: { template: T; values: MailValues[T] } }[MailTemplate];

/** A mail in words. */
export interface MailText {
  subject: string;
  paragraphs: string[];
  /** On the button. */
  action: string;
}

/** Times and money as the language writes them. */
export interface Words {
  day(iso: string): string;
  time(iso: string): string;
  number(decimal: string): string;
  money(decimal: string, currency: string): string;
}

/** The texts of one language. */
export type MailTexts = { [T in MailTemplate]: (values: MailValues[T], words: Words) => MailText };

/** Where the button leads: a path of the dashboard, an address elsewhere, or a page that takes the token of a one-time link. */
export type MailTarget = string | { page: string; purpose: LinkPurpose; linkId: string };

export const MAIL_TARGETS: { [T in MailTemplate]: (values: MailValues[T]) => MailTarget } = {
  verify_email: ({ linkId }) => ({ page: '/verify-email', purpose: 'verify_email', linkId }),
  address_taken: () => '/login',
  reset_password: ({ linkId }) => ({ page: '/reset-password', purpose: 'reset_password', linkId }),
  password_changed: () => '/forgot-password',
  new_device: () => '/account/sessions',
  change_email: ({ linkId }) => ({ page: '/change-email', purpose: 'change_email', linkId }),
  email_changing: () => '/account/security',
  invitation: ({ linkId }) => ({ page: '/invitation', purpose: 'invitation', linkId }),
  member_removed: () => '/account',
  role_changed: () => '/organization/roles',
  domain_missing: () => '/organization/single-sign-on',
  domain_lapsed: () => '/organization/single-sign-on',
  organization_deletion: () => '/organization',
  organization_suspended: () => '/organization',
  organization_restored: () => '/projects',
  impersonation_started: () => '/organization/audit',
  limit_reached: () => '/limits',
  payment_failed: ({ hostedInvoiceUrl }) => hostedInvoiceUrl ?? '/billing',
  payment_overdue: () => '/billing',
  invoice_issued: ({ invoiceId }) => `/billing/invoices/${invoiceId}`,
  credit_note_issued: ({ invoiceId }) => `/billing/invoices/${invoiceId}`,
  price_change: () => '/billing',
  price_change_called_off: () => '/billing',
  credit_top_up_stopped: () => '/billing',
  credits_taken_back: () => '/billing',
  plan_paused: () => '/billing',
  plan_resuming: () => '/billing',
  trial_refused: () => '/billing',
  trial_ending: () => '/billing',
  api_key_leaked: ({ projectId }) => `/projects/${projectId}/api-keys`,
  webhook_disabled: ({ endpointId }) => `/webhooks/${endpointId}`,
  url_source_paused: ({ projectId, dataSetId }) => `/projects/${projectId}/data-sets/${dataSetId}`,
};
