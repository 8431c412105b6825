import type { MailTexts } from '../mails.js';

const IGNORE = 'If this was not you, there is nothing to do: without the link nothing happens.';

const WHOSE = {
  plan: (name: string) => `the ${name} plan`,
  organization: () => 'your organization',
  project: (name: string) => `the project "${name}"`,
  key: (name: string) => `the API key "${name}"`,
};

const ROLES = {
  owner: 'an owner',
  admin: 'an admin',
  developer: 'a developer',
  billing: 'a billing member',
  viewer: 'a viewer',
};

export const en: MailTexts = {
  verify_email: () => ({
    subject: 'Confirm your email address',
    paragraphs: [
      'Welcome to Kindred. Confirm that this is your address, so that you can get back into your account and hear of what happens in it.',
      'The link opens once, within three days.',
      IGNORE,
    ],
    action: 'Confirm this address',
  }),
  address_taken: () => ({
    subject: 'Somebody tried to sign up with your email address',
    paragraphs: [
      'Somebody tried to create an account with this email address, which already has one.',
      'If it was you, log in instead; where you do not know the password any more, you can choose a new one there. If it was not you, there is nothing to do: they did not get into your account.',
    ],
    action: 'Log in',
  }),
  reset_password: () => ({
    subject: 'Choose a new password',
    paragraphs: [
      'Somebody asked for a new password for your account. The link opens once, within 30 minutes, and the new password ends every session of your account.',
      IGNORE,
    ],
    action: 'Choose a new password',
  }),
  password_changed: ({ changedAt }, { time }) => ({
    subject: 'Your password was changed',
    paragraphs: [
      `The password of your account was changed on ${time(changedAt)}.`,
      'If it was you, there is nothing to do. If it was not you, choose a new one at once, which ends every session of your account.',
    ],
    action: 'It was not me',
  }),
  new_device: ({ at, browser, system, network }, { time }) => ({
    subject: 'A login from a new device',
    paragraphs: [
      `Somebody logged in to your account on ${time(at)} from a browser that had not been used for it before: ${browser ?? 'an unknown browser'} on ${system ?? 'an unknown system'}${network ? `, from the network ${network}` : ''}.`,
      'If it was you, there is nothing to do. If it was not you, end that session and change your password.',
    ],
    action: 'See your sessions',
  }),
  change_email: () => ({
    subject: 'Confirm your new email address',
    paragraphs: [
      'You asked to use this address for your Kindred account from now on. It changes when you confirm it here; the link opens once, within 24 hours.',
      IGNORE,
    ],
    action: 'Use this address',
  }),
  email_changing: ({ newAddress }) => ({
    subject: 'Your email address is about to change',
    paragraphs: [
      `Somebody who is logged in to your account asked to use ${newAddress} for it. It changes as soon as that address is confirmed.`,
      'If it was you, there is nothing to do. If it was not you, change your password now, which withdraws this too.',
    ],
    action: 'Change the password',
  }),
  invitation: ({ organizationName, invitedBy, role, expiresAt }, { day }) => ({
    subject: `${invitedBy} invites you to ${organizationName}`,
    paragraphs: [
      `${invitedBy} invites you to work in the organization ${organizationName} on Kindred, as ${ROLES[role]}.`,
      `The link opens once, until ${day(expiresAt)}. It is for this address: log in with it, or make an account by the link.`,
      'If you do not know what this is about, there is nothing to do.',
    ],
    action: 'See the invitation',
  }),
  member_removed: ({ organizationName, removedBy }) => ({
    subject: `You are no longer a member of ${organizationName}`,
    paragraphs: [
      `${removedBy} removed you from the organization ${organizationName} on Kindred. Nothing of it opens to you any more.`,
      'Your account stays, with any other organizations that you are in. If you think that this is a mistake, write to them.',
    ],
    action: 'See your account',
  }),
  role_changed: ({ organizationName, changedBy, before, role }) => ({
    subject: `You are now ${ROLES[role]} in ${organizationName}`,
    paragraphs: [
      `${changedBy} changed your role in the organization ${organizationName} on Kindred: you were ${ROLES[before]}, and are now ${ROLES[role]}.`,
      'What you may do there has changed with it, from now on. If you think that this is a mistake, write to them.',
    ],
    action: 'See what each role may do',
  }),
  domain_missing: ({ domain, record, endsAt }, { time }) => ({
    subject: `The DNS record of ${domain} is gone`,
    paragraphs: [
      `DNS no longer has the TXT record ${record}, which shows that the domain ${domain} belongs to your organization.`,
      `If it is still gone on ${time(endsAt)}, the domain is no longer verified: its addresses then log in by single sign-on no more, nor have to. Add the record again to keep it.`,
    ],
    action: 'See the record',
  }),
  domain_lapsed: ({ domain, record }) => ({
    subject: `${domain} is no longer verified`,
    paragraphs: [
      `The TXT record ${record} was missing in DNS for seven days. The domain ${domain} no longer counts as your organization's: its addresses log in by single sign-on no more, nor have to.`,
      'Add the record again and look for it on the page of single sign-on to verify the domain anew.',
    ],
    action: 'See the record',
  }),
  organization_deletion: ({ organizationName, deletesAt }, { time }) => ({
    subject: `${organizationName} will be deleted`,
    paragraphs: [
      `Your organization ${organizationName} will be deleted on ${time(deletesAt)}, with its projects, data sets, models, keys and members.`,
      'Until then everything keeps working, an owner can cancel the deletion, and you can export all data. A paid subscription has already ended.',
    ],
    action: 'Cancel or export',
  }),
  organization_suspended: ({ organizationName, reason }) => ({
    subject: `${organizationName} is suspended`,
    paragraphs: [
      `Your organization ${organizationName} was suspended by the operator of this installation. The reason: ${reason}`,
      'Its API keys are refused, and its trainings, imports and webhooks wait. Nothing is deleted: you can read your invoices, export what you have and write to support.',
    ],
    action: 'See the organization',
  }),
  organization_restored: ({ organizationName }) => ({
    subject: `${organizationName} works again`,
    paragraphs: [
      `Your organization ${organizationName} is no longer suspended. Its API keys answer again, and what waited goes on where it was.`,
    ],
    action: 'Go on',
  }),
  impersonation_started: ({ organizationName, operator, reason, endsAt }, { time }) => ({
    subject: `An operator works in ${organizationName}`,
    paragraphs: [
      `${operator}, an operator of this installation, entered your organization ${organizationName} to see what you see. The reason: ${reason}`,
      `It ends by itself on ${time(endsAt)}. Keys, members, billing, exports and deletion stay closed to them, and all that they do stands in your audit log, where you can also end it at once.`,
    ],
    action: 'See the audit log',
  }),
  limit_reached: ({ threshold, meter, limit, used, currency, whose, periodStart, periodEnd }, words) => {
    const amount = (value: string) =>
      meter === null ? words.money(value, currency) : `${words.number(value)} ${meter.replaceAll('_', ' ')}`;
    const what = `the ${meter === null ? 'spend cap' : 'limit'} of ${amount(limit)}`;
    return {
      subject: `${threshold} % of a ${meter === null ? 'spend cap' : 'limit'} is used`,
      paragraphs: [
        `${threshold} % of ${what} of ${WHOSE[whose.scope](whose.name)} is used: ${amount(used)} since ${words.day(periodStart)}.`,
        `${threshold === 100 ? 'Calls that would use more are refused' : 'Calls are answered until all of it is used up'}. The billing period ends on ${words.day(periodEnd)}, in UTC.`,
      ],
      action: 'Change limits or the plan',
    };
  },
  payment_failed: ({ invoice, amountDue, currency, nextAttemptAt }, { day, money }) => ({
    subject: `Payment of invoice ${invoice} failed`,
    paragraphs: [
      `The payment of ${money(amountDue, currency)} for invoice ${invoice} failed.`,
      nextAttemptAt
        ? `It will be tried again on ${day(nextAttemptAt)}. Pay it before, or use another card.`
        : 'It will not be tried again automatically. Pay it, or use another card.',
    ],
    action: 'Pay the invoice',
  }),
  payment_overdue: ({ organizationName, stage, until }, { day }) => ({
    subject: `${organizationName}: a payment is overdue`,
    paragraphs: [
      stage === 'read_only'
        ? `No payment has been made for more than two weeks. Until one is, nothing of ${organizationName} can be changed or called; it can be read and exported, and nothing is deleted.`
        : stage === 'restricted'
          ? `No payment has been made for more than a week. Until one is, no training and no import of ${organizationName} begins; calls are answered as before.`
          : `A payment of ${organizationName} failed and has not been made since. All goes on as before until ${day(until)}.`,
      stage === 'read_only'
        ? `On ${day(until)} the subscription ends and the Free plan begins. Models stay.`
        : stage === 'restricted'
          ? `From ${day(until)} on nothing can be changed or called.`
          : 'After that no training and no import begins.',
    ],
    action: 'Pay, or use another card',
  }),
  invoice_issued: ({ number, total, credits = '0', amountDue, currency, periodStart, periodEnd }, { day, money }) => ({
    subject: `Invoice ${number}: ${money(total, currency)}`,
    paragraphs: [
      `The invoice ${number} of the billing period from ${day(periodStart)} to ${day(periodEnd)} (UTC) comes to ${money(total, currency)}.`,
      ...(Number(credits) > 0 ? [`Prepaid credits pay ${money(credits, currency)} of it.`] : []),
      Number(amountDue) > 0
        ? `Due: ${money(amountDue, currency)}, on receipt.`
        : Number(credits) > 0
          ? 'Nothing is due.'
          : 'Nothing is due: the total is in your favour.',
      'What each meter comes to, and the invoice as a PDF, are on its page.',
    ],
    action: 'See the invoice',
  }),
  credit_note_issued: ({ number, invoiceNumber, kind, amount, asCredits, currency, reason }, { money }) => ({
    subject: `Credit note ${number}: ${money(amount, currency)}`,
    paragraphs: [
      kind === 'credit'
        ? `We have taken ${money(amount, currency)} off what is due of invoice ${invoiceNumber}.`
        : `We give back ${money(amount, currency)} of what you paid for invoice ${invoiceNumber}.`,
      ...(Number(asCredits ?? 0) > 0
        ? [`Of it, ${money(asCredits!, currency)} goes back to your prepaid credits, which paid it.`]
        : []),
      `The reason: ${reason}`,
    ],
    action: 'See the invoice',
  }),
  price_change: ({ organizationName, plan, monthlyFee, currency, at, isReminder }, { day, money }) => ({
    subject: `${isReminder ? 'In a week' : `From ${day(at)}`}: a new price of the plan ${plan}`,
    paragraphs: [
      `From ${day(at)} (UTC) your organization ${organizationName} goes on with a new price of the plan ${plan}: ${money(monthlyFee, currency)} a month. What usage costs by it is on the page Billing.`,
      'Until then nothing changes, and no month is charged by both. Before that day you can choose another plan, or leave for Free, on the same page.',
    ],
    action: 'See the new price',
  }),
  price_change_called_off: ({ organizationName, plan, monthlyFee, currency }, { money }) => ({
    subject: `The price of the plan ${plan} stays`,
    paragraphs: [
      `We told you of a new price of the plan ${plan} for your organization ${organizationName}. It was withdrawn: your plan goes on by the price that it has, ${money(monthlyFee, currency)} a month.`,
    ],
    action: 'See Billing',
  }),
  credit_top_up_stopped: ({ amount, currency }, { money }) => ({
    subject: 'The automatic top-up of credits has stopped',
    paragraphs: [
      `Prepaid credits ran low, and the card on file could not be charged ${money(amount, currency)}.`,
      'Nothing more is bought automatically until you set the top-up again. What is used beyond your credits is on your next invoice.',
    ],
    action: 'See the credits',
  }),
  plan_paused: ({ plan, until, monthlyFee, currency }, { day, money }) => ({
    subject: `Your plan ${plan} is paused`,
    paragraphs: [
      `Your plan ${plan} is paused: what Free includes and allows holds from now on, and no fee is charged. Your models and data are kept.`,
      `It goes on by itself on ${day(until)} (UTC), for ${money(monthlyFee, currency)} a month. On the page Billing you can resume it at any time before, or choose Free, which ends it.`,
    ],
    action: 'See the plan',
  }),
  plan_resuming: ({ plan, until, monthlyFee, currency }, { day, money }) => ({
    subject: `Your plan ${plan} goes on on ${day(until)}`,
    paragraphs: [
      `The pause of your plan ${plan} ends on ${day(until)} (UTC). From then on ${money(monthlyFee, currency)} a month is charged to your card.`,
      'Choose Free on the page Billing before then, and no fee is due.',
    ],
    action: 'See the plan',
  }),
  credits_taken_back: ({ amount, owed, currency }, { money }) => ({
    subject: 'Prepaid credits were taken back',
    paragraphs: [
      `${money(amount, currency)} that you paid for prepaid credits went back to your card, or your bank asks for it. What was left of those credits can be used no more.`,
      ...(Number(owed) > 0
        ? [`Of them, ${money(owed, currency)} had been used already: your next invoice asks for it.`]
        : []),
      'Where the bank decides against it, the credits are there again.',
    ],
    action: 'See the credits',
  }),
  trial_refused: ({ plan }) => ({
    subject: `No trial of ${plan}: the card had one before`,
    paragraphs: [
      `The card that you gave has had a trial before, in another organization: a card has one. So the plan ${plan} has not begun, and nothing was charged.`,
      'You are on Free. Choose the plan again on the page Billing to pay for it from the first day.',
    ],
    action: 'See the plans',
  }),
  trial_ending: ({ plan, endsAt, nextPlan, monthlyFee, currency }, { day, money }) => ({
    subject: `Your trial of ${plan} ends on ${day(endsAt)}`,
    paragraphs: [
      `The trial of the plan ${plan} ends on ${day(endsAt)} (UTC). From then on ${nextPlan} is charged to your card: ${money(monthlyFee, currency)} a month.`,
      'Choose Free on the page Billing before then, and no fee is due. What is used beyond what the plan includes is billed as always.',
    ],
    action: 'See the plan',
  }),
  api_key_leaked: ({ prefix, url }) => ({
    subject: `The API key ${prefix}… was found in public and has been revoked`,
    paragraphs: [
      `GitHub's secret scanning found the API key ${prefix}… in public, at ${url}`,
      'It was revoked at once: programs that use it now get 401. Make a new key, and check the request log for calls that are not yours.',
    ],
    action: 'Make a new key',
  }),
  webhook_disabled: ({ url, reason, days }) => ({
    subject: 'A webhook endpoint was disabled',
    paragraphs: [
      `The webhook endpoint ${url} was disabled, so no more messages are sent to it. ${
        reason === 'gone' ? 'It answered 410 Gone.' : `Every delivery failed for ${days} days.`
      }`,
      'When it works again, enable it and send the failed deliveries again.',
    ],
    action: 'See the endpoint',
  }),
  url_source_paused: ({ url, failures, error }) => ({
    subject: 'A file is fetched no more',
    paragraphs: [
      `The file at ${url} could not be had ${failures} times in a row, so nothing is fetched from there any more. The last time: ${error}`,
      'The data set keeps the rows that it has. When the address works again, run the source by hand, and it goes on.',
    ],
    action: 'See the data set',
  }),
};
