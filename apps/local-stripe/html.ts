/** Text that is safe to stand in a page. */
export function escape(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

const STYLE = `body{font:16px system-ui;margin:8vh auto;max-width:28rem;padding:0 1rem;color:#18181b}label{display:block;margin:.75rem 0}
input{font:inherit;display:block;width:100%;box-sizing:border-box;padding:.5rem;border:1px solid #71717a;border-radius:.375rem}
button{font:inherit;padding:.6rem 1.25rem;background:#4338ca;color:#fff;border:0;border-radius:.375rem;cursor:pointer}
button.quiet{background:#e4e4e7;color:#18181b}p.note{color:#52525b}p[role=alert]{color:#b91c1c}table{width:100%;border-collapse:collapse}
td,th{text-align:left;padding:.35rem 0;border-bottom:1px solid #e4e4e7}td:last-child,th:last-child{text-align:right}`;

export function htmlPage(title: string, body: string): string {
  return `<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${escape(title)}</title>
<style>${STYLE}</style>
<p class="note">This is the local Stripe: no money moves, and only test cards are known.</p>
<h1>${escape(title)}</h1>
${body}</html>`;
}

export function alert(message: string | undefined): string {
  return message ? `<p role="alert">${escape(message)}</p>` : '';
}

/** Asks for a card's number; what else stands on a card is read and believed. */
export function cardForm(
  action: string,
  label: string,
  { email, extra = '' }: { email?: boolean; extra?: string } = {},
): string {
  return `<form method="post" action="${escape(action)}">
${email ? '<label>Email <input name="email" type="email" required></label>' : ''}
<label>Card number <input name="number" inputmode="numeric" autocomplete="cc-number" required placeholder="4242 4242 4242 4242"></label>
<label>Expiry <input name="expiry" autocomplete="cc-exp" placeholder="12 / 34"></label>
<label>CVC <input name="cvc" inputmode="numeric" autocomplete="cc-csc" placeholder="123"></label>
${extra}<button>${escape(label)}</button></form>`;
}

export function button(action: string, label: string, fields: Record<string, string> = {}, isQuiet = false): string {
  const inputs = Object.entries(fields).map(
    ([name, value]) => `<input type="hidden" name="${escape(name)}" value="${escape(value)}">`,
  );
  return `<form method="post" action="${escape(action)}">${inputs.join('')}<button${isQuiet ? ' class="quiet"' : ''}>${escape(label)}</button></form>`;
}

export function link(url: string, label: string): string {
  return `<p><a href="${escape(url)}">${escape(label)}</a></p>`;
}

export function table(caption: string, head: string[], rows: string[][]): string {
  const cells = (tag: string, row: string[]) => `<tr>${row.map((cell) => `<${tag}>${cell}</${tag}>`).join('')}</tr>`;
  return `<table><caption>${escape(caption)}</caption>${cells('th', head)}${rows.map((row) => cells('td', row)).join('')}</table>`;
}
