import pg from 'pg';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { InvoiceWriter } from '../../libs/features/invoices/invoice-writer.js';
import { startApi, Tenant, type TestApi } from '../factories/api.js';
import { construct } from '../factories/construct.js';
import { logInOperator, whoIs } from '../factories/members.js';
import { textOfPdf } from '../factories/pdf.js';
import { until } from '../factories/until.js';
import { addUsage } from '../factories/usage.js';

const REASON = 'The import of 3 November was counted twice.';
const ANCHOR = new Date('2026-02-01T00:00:00Z');

let api: TestApi;
let owner: pg.Client;
let first: Tenant;
let second: Tenant;
let writer: InvoiceWriter;

beforeAll(async () => {
  api = await startApi();
  owner = new pg.Client({ connectionString: inject('ownerUrl') });
  await owner.connect();
  [first, second] = [await logInOperator(api), await logInOperator(api)];
  writer = construct(api, InvoiceWriter);
});
afterAll(() => Promise.all([api.close(), owner.end()]));

interface Invoiced {
  tenant: Tenant;
  organizationId: string;
  invoiceId: string;
  number: string;
  path: string;
}

/** Somebody with an invoice of 449.00, which is paid unless it is said to be open. */
async function invoiced(status: 'paid' | 'open' = 'paid'): Promise<Invoiced> {
  const tenant = await Tenant.signUp(api, 'Corner Shop');
  const { id } = (await tenant.get('/v1/me')).body.organization;
  await owner.query('DELETE FROM billing_periods WHERE tenant_id = $1', [id]);
  await owner.query(
    `UPDATE subscriptions SET anchor_at = $2, price_version_id =
       (SELECT id FROM price_versions WHERE plan_key = 'pro' AND currency = 'usd' ORDER BY version DESC LIMIT 1) WHERE tenant_id = $1`,
    [id, ANCHOR],
  );
  // 49 + 2,000,000 × 0.0002
  await addUsage(api, tenant, 'recommendation_requests', 2_100_000, { periodStart: ANCHOR.toISOString() });
  await writer.bill(id, new Date('2026-03-01T02:00:00Z'));
  const [invoice] = (await tenant.get('/v1/billing/invoices').expect(200)).body.data;
  expect(invoice).toMatchObject({ total: '449.00', status: 'open' });
  if (status === 'paid')
    await owner.query(`UPDATE invoices SET status = 'paid', paid_at = now() WHERE id = $1`, [invoice.id]);
  const path = `/v1/admin/organizations/${id}/invoices/${invoice.id}/credit-notes`;
  return { tenant, organizationId: id, invoiceId: invoice.id, number: invoice.number, path };
}

const propose = (by: Tenant, { path }: Invoiced, changes: object = {}) =>
  by.post(path, { kind: 'refund', amount: '60.00', currency: 'usd', reason: REASON, ...changes });
const decide = (by: Tenant, { organizationId }: Invoiced, id: string, word: 'confirm' | 'decline') =>
  by.post(`/v1/admin/organizations/${organizationId}/credit-notes/${id}/${word}`, {});
const seenBy = async ({ tenant, invoiceId }: Invoiced) =>
  (await tenant.get(`/v1/billing/invoices/${invoiceId}/credit-notes`).expect(200)).body.data;
const pdfOf = async (reader: Tenant, path: string) => {
  const answer = await fetch(`${api.url}${path}`, { headers: { cookie: reader.cookie } });
  expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'application/pdf']);
  return (await textOfPdf(new Uint8Array(await answer.arrayBuffer()))).join('');
};
const codeOf = async (call: PromiseLike<{ status: number; body: { code: string } }>) => {
  const { status, body } = await call;
  return [status, body.code];
};

describe('a refund that one operator may make alone', () => {
  it('S39: takes effect at once, with a number, and the customer is told why', async () => {
    const shop = await invoiced();
    const { body: note } = await propose(first, shop).expect(201);
    expect(note).toMatchObject({
      status: 'issued',
      kind: 'refund',
      amount: '60.00',
      currency: 'usd',
      reason: REASON,
      invoiceNumber: shop.number,
      proposedBy: first.email,
      decidedBy: first.email,
      isYours: true,
    });
    expect(note.number).toMatch(/^CN-\d{4}-\d{6}$/);
    expect(await seenBy(shop)).toEqual([
      {
        id: note.id,
        invoiceId: shop.invoiceId,
        number: note.number,
        kind: 'refund',
        amount: '60.00',
        asCredits: '0.00',
        currency: 'usd',
        reason: REASON,
        issuedAt: note.decidedAt,
      },
    ]);
    const messages = (await shop.tenant.get('/v1/webhook-messages?type=credit_note.issued').expect(200)).body.data;
    expect(messages).toHaveLength(1);
    expect(messages[0].data).toMatchObject({ creditNoteId: note.id, amount: '60.00' });
    const { rows } = await owner.query(
      `SELECT values FROM emails WHERE tenant_id = $1 AND template = 'credit_note_issued'`,
      [shop.organizationId],
    );
    expect(rows).toMatchObject([{ values: { number: note.number, amount: '60.00', reason: REASON } }]);
    const events = (await shop.tenant.get('/v1/audit-events').expect(200)).body.data;
    expect(
      events.map(({ action }: any) => action).filter((action: string) => action.startsWith('credit_note')),
    ).toEqual(['credit_note.issued']);
  });

  it('S39: is no way around the second person by many small ones', async () => {
    const shop = await invoiced();
    expect((await propose(first, shop).expect(201)).body.status).toBe('issued');
    const { body: list } = await first.get(shop.path).expect(200);
    expect(list).toMatchObject({ left: '389.00', aloneMax: '40.00' });
    const again = { reason: 'And so was the import of 4 November.' };
    expect((await propose(first, shop, again).expect(201)).body.status).toBe('proposed');
    expect((await propose(second, shop, { ...again, amount: '40.00' }).expect(201)).body.status).toBe('issued');
  });
});

describe('a refund of more', () => {
  it('S39: waits for another operator, and neither who proposed it nor anybody twice makes it', async () => {
    const shop = await invoiced();
    const { body: note } = await propose(first, shop, { amount: '100.01' }).expect(201);
    expect(note).toMatchObject({ status: 'proposed', number: null, decidedBy: null });
    expect(await seenBy(shop)).toEqual([]);
    const waiting = (await second.get('/v1/admin/credit-notes').expect(200)).body.data;
    expect(waiting.find(({ id }: any) => id === note.id)).toMatchObject({ isYours: false, proposedBy: first.email });
    const csv = (await second.get('/v1/admin/credit-notes.csv?state=proposed').expect(200)).text;
    expect(csv.split('\n').find((line) => line.includes(note.id))).toContain(`,proposed,100.01,usd,`);
    expect(await codeOf(decide(first, shop, note.id, 'confirm'))).toEqual([403, 'second_person_required']);
    const third = await logInOperator(api);
    const answers = await Promise.all([second, third].map((by) => codeOf(decide(by, shop, note.id, 'confirm'))));
    expect(answers.map(([status]) => status).toSorted()).toEqual([200, 409]);
    expect(answers.find(([status]) => status === 409)![1]).toBe('credit_note_decided');
    expect(await seenBy(shop)).toHaveLength(1);
    expect(await codeOf(decide(third, shop, note.id, 'decline'))).toEqual([409, 'credit_note_decided']);
  });

  it('S39: is not made by one person whoever writes the row', async () => {
    const shop = await invoiced();
    const { body: note } = await propose(first, shop, { amount: '200.00' }).expect(201);
    const { userId } = await whoIs(first);
    await expect(
      owner.query(
        `UPDATE credit_notes SET status = 'issued', number = 'CN-0', decided_by = $2, decided_at = now() WHERE id = $1`,
        [note.id, userId],
      ),
    ).rejects.toThrow('credit_notes_second_is_another');
  });

  it('S39: may be declined by either, and what it held is left again', async () => {
    const shop = await invoiced();
    for (const by of [first, second]) {
      const { body: note } = await propose(first, shop, { amount: '449.00' }).expect(201);
      expect((await first.get(shop.path)).body.left).toBe('0.00');
      expect((await decide(by, shop, note.id, 'decline').expect(200)).body.status).toBe('declined');
      expect((await first.get(shop.path)).body.left).toBe('449.00');
      expect(await codeOf(decide(second, shop, note.id, 'confirm'))).toEqual([409, 'credit_note_decided']);
    }
    expect(await seenBy(shop)).toEqual([]);
  });

  it('S39: cannot be confirmed after seven days', async () => {
    const shop = await invoiced();
    const { body: note } = await propose(first, shop, { amount: '300.00' }).expect(201);
    expect(Date.parse(note.expiresAt) - Date.parse(note.proposedAt)).toBe(7 * 86_400_000);
    const expire = (when: string) =>
      owner.query(`UPDATE credit_notes SET expires_at = ${when} WHERE id = $1`, [note.id]);
    await expire('now()');
    expect(await codeOf(decide(second, shop, note.id, 'confirm'))).toEqual([409, 'credit_note_expired']);
    const { body: list } = await first.get(shop.path).expect(200);
    expect([list.data[0].status, list.left]).toEqual(['expired', '449.00']);
    await expire(`now() + interval '1 minute'`);
    expect((await decide(second, shop, note.id, 'confirm').expect(200)).body.status).toBe('issued');
  });

  it('S39: is proposed and decided by who has shown lately who they are', async () => {
    const shop = await invoiced();
    const { body: note } = await propose(first, shop, { amount: '200.00' }).expect(201);
    const operator = await logInOperator(api);
    const { userId } = await whoIs(operator);
    await owner.query(
      `UPDATE sessions SET authenticated_at = now() - interval '1 hour', second_factor_at = now() - interval '1 hour', tenant_id = tenant_id
       WHERE user_id = $1`,
      [userId],
    );
    await until(async () => (await decide(operator, shop, note.id, 'decline')).status === 403);
    for (const call of [propose(operator, shop), decide(operator, shop, note.id, 'confirm')])
      expect(await codeOf(call)).toEqual([403, 'step_up_required']);
  });
});

describe('what cannot be credited or refunded', () => {
  it('is more than is left, also where two propose at once', async () => {
    const shop = await invoiced();
    expect(await codeOf(propose(first, shop, { amount: '449.01' }))).toEqual([409, 'more_than_is_left']);
    const answers = await Promise.all(
      [first, second].map((by, index) => propose(by, shop, { amount: '300.00', reason: `${REASON} ${index}` })),
    );
    expect(answers.map(({ status }) => status).toSorted()).toEqual([201, 409]);
  });

  it('is the same twice', async () => {
    const shop = await invoiced();
    const answers = await Promise.all([propose(first, shop), propose(first, shop)]);
    expect(answers.map(({ status }) => status).toSorted()).toEqual([201, 409]);
    expect(answers.find(({ status }) => status === 409)!.body.code).toBe('credit_note_proposed_already');
    expect(await seenBy(shop)).toHaveLength(1);
  });

  it('is in another currency, or more exact than its own', async () => {
    const shop = await invoiced();
    const wrong: [object, string][] = [
      [{ currency: 'eur' }, 'currency'],
      [{ amount: '1.001' }, 'amount'],
      [{ amount: '0.00' }, 'amount'],
      [{ amount: '-5' }, 'amount'],
      [{ reason: 'sorry' }, 'reason'],
      [{ kind: 'gift' }, 'kind'],
    ];
    for (const [changes, path] of wrong)
      expect((await propose(first, shop, changes).expect(400)).body.errors[0].path).toBe(path);
  });

  it('is a refund of what is not paid, or a credit of what is', async () => {
    const [open, paid] = [await invoiced('open'), await invoiced('paid')];
    expect(await codeOf(propose(first, open))).toEqual([409, 'invoice_not_paid']);
    expect(await codeOf(propose(first, paid, { kind: 'credit' }))).toEqual([409, 'invoice_not_open']);
    expect((await propose(first, open, { kind: 'credit' }).expect(201)).body.status).toBe('issued');
    // It was paid while the credit waited.
    const { body: note } = await propose(first, open, { kind: 'credit', amount: '200.00' }).expect(201);
    await owner.query(`UPDATE invoices SET status = 'paid', paid_at = now() WHERE id = $1`, [open.invoiceId]);
    expect(await codeOf(decide(second, open, note.id, 'confirm'))).toEqual([409, 'invoice_not_open']);
  });

  it('is of an invoice, or a credit note, that the organization has none such of', async () => {
    const [shop, other] = [await invoiced(), await invoiced()];
    const { body: note } = await propose(first, shop, { amount: '200.00' }).expect(201);
    const swapped = { ...shop, path: shop.path.replace(shop.organizationId, other.organizationId) };
    await propose(first, swapped).expect(404);
    await decide(second, other, note.id, 'confirm').expect(404);
    await other.tenant.get(`/v1/billing/invoices/${shop.invoiceId}/credit-notes`).expect(404);
  });
});

it('a credit note is a PDF with its numbers, reason and amount, in English and Chinese, to its organization and to operators', async () => {
  const [shop, other] = [await invoiced(), await invoiced()];
  const { body: note } = await propose(first, shop).expect(201);
  const own = `/v1/billing/credit-notes/${note.id}/pdf`;
  const english = await pdfOf(shop.tenant, own);
  for (const part of ['Credit note', note.number, shop.number, REASON, 'Corner Shop', 'USD 60.00', 'Given back'])
    expect(english).toContain(part.replaceAll(' ', ''));
  const admin = `/v1/admin/organizations/${shop.organizationId}/credit-notes/${note.id}/pdf?language=zh`;
  const chinese = await pdfOf(first, admin);
  for (const part of ['贷记单', note.number, shop.number, REASON, 'USD 60.00', '退回款项'])
    expect(chinese).toContain(part.replaceAll(' ', ''));
  await other.tenant.get(own).expect(404);
  const { body: waiting } = await propose(first, shop, { amount: '300.00' }).expect(201);
  await shop.tenant.get(`/v1/billing/credit-notes/${waiting.id}/pdf`).expect(404);
});

it('the invoice says what was credited, what was given back, and what is left to pay', async () => {
  const seen = async ({ tenant, invoiceId }: Invoiced) =>
    (await tenant.get(`/v1/billing/invoices/${invoiceId}`).expect(200)).body;
  const [open, paid] = [await invoiced('open'), await invoiced('paid')];
  expect(await seen(open)).toMatchObject({ credited: '0.00', refunded: '0.00', amountDue: '449.00' });
  await propose(first, open, { kind: 'credit', amount: '49.00' }).expect(201);
  await propose(first, open, { kind: 'credit', amount: '200.00' }).expect(201);
  expect(await seen(open)).toMatchObject({ credited: '49.00', refunded: '0.00', amountDue: '400.00' });
  await propose(first, paid).expect(201);
  expect(await seen(paid)).toMatchObject({ credited: '0.00', refunded: '60.00', amountDue: '0.00' });
});

it('credit notes are numbered without a gap, also where some are refused', async () => {
  const shop = await invoiced();
  const before = (await propose(first, shop, { amount: '1.00', reason: `${REASON} 0` }).expect(201)).body.number;
  await Promise.all(
    [1, 2, 3, 4].map((n) =>
      propose(n % 2 ? first : second, shop, { amount: n === 3 ? '450.00' : '2.00', reason: `${REASON} ${n}` }),
    ),
  );
  const numbers = (await seenBy(shop))
    .map(({ number }: any) => Number(number.slice(-6)))
    .toSorted((a: number, b: number) => a - b);
  const start = Number(before.slice(-6));
  expect(numbers).toEqual([start, start + 1, start + 2, start + 3]);
});
