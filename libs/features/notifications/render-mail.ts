import { escape } from '../../platform/http/html.js';
import { linkToken } from '../../platform/one-time-links/one-time-links.js';
import { type Mail, MAIL_TARGETS, type MailLanguage, type MailTarget, type MailText, type Words } from './mails.js';
import type { EmailRow } from './notifications.repository.js';
import { en } from './texts/en.js';
import { zh } from './texts/zh.js';

const TEXTS = { en, zh };
const TAGS = { en: 'en', zh: 'zh-CN' };
const OPEN_INSTEAD = {
  en: 'If the button does not work, open this address:',
  zh: '如果按钮无法使用，请打开以下地址：',
};

export interface RenderedMail {
  subject: string;
  text: string;
  html: string;
}

/** Of the installation that sends. */
export interface Sender {
  PUBLIC_URL: string;
  KINDRED_SECRET: string;
}

/** What is sent of a queued mail. One of before there were templates has no HTML. */
export function wordsOf(
  { content, language }: EmailRow,
  sender: Sender,
): Omit<RenderedMail, 'html'> & { html?: string } {
  return 'template' in content ? renderMail(content, language, sender) : content;
}

/** The mail in words, as text and as HTML that says the same. Everything that it is filled with is shown as it is, never as HTML. */
export function renderMail({ template, values }: Mail, language: MailLanguage, sender: Sender): RenderedMail {
  // The template's own values, which the type of a union cannot say.
  const fill = TEXTS[language][template] as (values: unknown, words: Words) => MailText;
  const target = MAIL_TARGETS[template] as (values: unknown) => MailTarget;
  const { subject, paragraphs, action } = fill(values, languageWords(TAGS[language]));
  const url = addressOf(target(values), sender);
  const footer = `Kindred · ${new URL(sender.PUBLIC_URL).host}`;
  const text = [...paragraphs, `${action}:\n${url}`, `-- \n${footer}`].join('\n\n');
  return { subject, text: `${text}\n`, html: htmlOf({ subject, paragraphs, action }, url, footer, language) };
}

/** The token stands behind the "#", which a browser sends to no server and so no log holds. */
function addressOf(target: MailTarget, { PUBLIC_URL, KINDRED_SECRET }: Sender): string {
  if (typeof target === 'string') return target.startsWith('/') ? PUBLIC_URL + target : target;
  return `${PUBLIC_URL}${target.page}#${linkToken(KINDRED_SECRET, target.purpose, target.linkId)}`;
}

function languageWords(tag: string): Words {
  const date = new Intl.DateTimeFormat(tag, { dateStyle: 'long', timeZone: 'UTC' });
  const dateTime = new Intl.DateTimeFormat(tag, { dateStyle: 'long', timeStyle: 'short', timeZone: 'UTC' });
  const decimal = new Intl.NumberFormat(tag, { maximumFractionDigits: 6 });
  return {
    day: (iso) => date.format(new Date(iso)),
    time: (iso) => `${dateTime.format(new Date(iso))} UTC`,
    // Decimals are texts; Intl takes them whole.
    number: (text) => decimal.format(text as never),
    money: (text, currency) => `${text} ${currency.toUpperCase()}`,
  };
}

/** Light by its own attributes, which any program shows; dark where the program knows how. */
const STYLE = `
  :root { color-scheme: light dark; supported-color-schemes: light dark; }
  @media (prefers-color-scheme: dark) {
    .page { background: #0d1013 !important; }
    .card { background: #15191e !important; border-color: #2a3138 !important; }
    .ink { color: #e8ecf0 !important; }
    .muted, .muted a { color: #9ba6b2 !important; }
    .button { background: #3ccab8 !important; color: #06211e !important; }
  }`;
const FONT = `font-family:-apple-system,'Segoe UI',Roboto,'PingFang SC','Microsoft YaHei',sans-serif`;

function htmlOf({ subject, paragraphs, action }: MailText, url: string, footer: string, language: MailLanguage) {
  const href = escape(url);
  const body = paragraphs
    .map((each) => `<p class="ink" style="margin:0 0 16px;color:#14181d">${escape(each)}</p>`)
    .join('\n      ');
  return `<!doctype html>
<html lang="${TAGS[language]}">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width">
  <meta name="color-scheme" content="light dark">
  <title>${escape(subject)}</title>
  <style>${STYLE}
  </style>
</head>
<body class="page" style="margin:0;background:#f6f7f8;${FONT};font-size:15px;line-height:1.6">
  <div class="page" style="padding:32px 16px;background:#f6f7f8">
    <div class="card" style="max-width:520px;margin:0 auto;padding:32px;background:#ffffff;border:1px solid #e1e5e9;border-radius:12px;overflow-wrap:anywhere">
      <p class="ink" style="margin:0 0 24px;color:#14181d;font-weight:600">Kindred</p>
      <h1 class="ink" style="margin:0 0 16px;color:#14181d;font-size:20px;line-height:1.4">${escape(subject)}</h1>
      ${body}
      <p style="margin:24px 0"><a class="button" href="${href}" target="_blank" style="display:inline-block;padding:10px 20px;border-radius:8px;background:#0f766e;color:#ffffff;font-weight:600;text-decoration:none">${escape(action)}</a></p>
      <p class="muted" style="margin:0;color:#57616d;font-size:13px">${OPEN_INSTEAD[language]}<br><a href="${href}" target="_blank" style="color:#57616d">${href}</a></p>
    </div>
    <p class="muted" style="margin:16px 0 0;text-align:center;color:#57616d;font-size:13px">${escape(footer)}</p>
  </div>
</body>
</html>
`;
}
