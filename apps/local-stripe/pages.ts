import type { FastifyInstance } from 'fastify';
import type { Account } from './account.js';
import { complete, needsNoCard, type Payer } from './checkout.js';
import { setDefault } from './customers.js';
import { invalid, missing, StripeError } from './errors.js';
import { alert, button, cardForm, escape, htmlPage, link, table } from './html.js';
import { paymentOf } from './invoice-life.js';
import { payInvoice } from './invoices.js';
import type { CheckoutSession, Invoice, PaymentIntent, PaymentMethod, PortalSession } from './objects.js';
import { adopt, createCard } from './payment-methods.js';
import { failAuthentication, outcomeOf, setUp } from './payments.js';
import { dayOf } from './periods.js';
import { formatMoney } from './rating.js';
import { updateSubscription } from './subscriptions.js';

type Form = Record<string, string | undefined>;
type Target = CheckoutSession | Invoice | PortalSession;
interface Request {
  Params: Record<string, string>;
  Body: Form | undefined;
  Querystring: Form;
}
/** A page to show, or where to go next. */
type Shown = { page: string } | { to: string };

/** The pages that a payer sees in a browser: Checkout, an invoice, the portal, and the bank's question who they are. */
export function addPages(server: FastifyInstance, account: Account): void {
  const show = (
    method: 'GET' | 'POST',
    url: string,
    act: (ids: Record<string, string>, form: Form, query: Form) => Shown,
  ) =>
    server.route<Request>({
      method,
      url,
      handler: async ({ params, body, query }, reply) => {
        const shown = account.store.transaction(() => act(params, body ?? {}, query));
        if ('to' in shown) return reply.redirect(shown.to, 303);
        return reply.type('text/html; charset=utf-8').send(shown.page);
      },
    });
  /** Takes a card from a form; what is refused is said on the page that asked for it, and nothing of it stays. */
  const take = (url: string, find: (id: string) => Target) =>
    server.route<Request>({
      method: 'POST',
      url,
      handler: async ({ params, body }, reply) => {
        const form = body ?? {};
        try {
          const to = account.store.transaction(() => {
            const target = find(params['id']!);
            if (target.object === 'checkout.session' && target.status === 'complete') return successUrl(target);
            if (target.object === 'checkout.session' && needsNoCard(target) && !form['number'])
              return finish(account, target, undefined, false, payerOf(form));
            const method = createCard(account, form['number'] ?? '', { email: form['email'] });
            const mustProve = outcomeOf(account, method, false).status === 'requires_action';
            return mustProve
              ? threeDs(target.id, method.id, form)
              : finish(account, target, method, false, payerOf(form));
          });
          return reply.redirect(to, 303);
        } catch (error) {
          if (!(error instanceof StripeError)) throw error;
          const page = account.store.transaction(() => pageOf(account, find(params['id']!), error.message));
          return reply.type('text/html; charset=utf-8').send(page);
        }
      },
    });
  const checkout = (id: string) => account.need('checkout.session', id);
  const invoice = (id: string) => account.need('invoice', id);
  const portal = (id: string) => account.need('billing_portal.session', id);

  show('GET', '/', () => ({
    page: htmlPage(
      'Local Stripe',
      '<p>The API is at /v1. Checkout, invoices and the billing portal are reached by their links.</p>',
    ),
  }));
  show('GET', '/c/pay/:id', ({ id }) => ({ page: pageOf(account, checkout(id!)) }));
  take('/c/pay/:id', checkout);
  show('GET', '/i/:id', ({ id }) => ({ page: pageOf(account, invoice(id!)) }));
  show('GET', '/i/:id/pdf', ({ id }) => ({ page: pageOf(account, invoice(id!)) }));
  take('/i/:id', invoice);
  show('GET', '/p/session/:id', ({ id }) => ({ page: pageOf(account, portal(id!)) }));
  take('/p/session/:id/card', portal);
  for (const [name, ends] of [
    ['cancel', true],
    ['resume', false],
  ] as const) {
    show('POST', `/p/session/:id/${name}`, ({ id }, { subscription: chosen = '' }) => {
      const session = portal(id!);
      const subscription = account.need('subscription', chosen);
      if (subscription.customer !== session.customer) throw missing('subscription', chosen);
      updateSubscription(account, subscription, { cancel_at_period_end: ends });
      return { to: afterFlow(session) };
    });
  }
  show('GET', '/receipts/:id', ({ id }) => {
    const { amount, currency, status } = account.need('charge', id!);
    return { page: htmlPage(`Receipt: ${formatMoney(amount, currency)}, ${status}`, '') };
  });
  show('GET', '/3ds/:target/:method', ({ target, method }, _, query) => {
    const action = threeDs(target!, method!, query);
    const question = '<p>The bank asks its customer to confirm this payment.</p>';
    const answers =
      button(action, 'Complete authentication', { result: 'complete' }) +
      button(action, 'Fail authentication', { result: 'fail' }, true);
    return { page: htmlPage('3D Secure', question + answers) };
  });
  show('POST', '/3ds/:target/:method', ({ target: id, method: methodId }, { result }, query) => {
    const intent = account.store.get('payment_intent', id!);
    const target = intent ? invoiceOf(account, intent) : findTarget(account, id!);
    const method = account.need('payment_method', methodId!);
    if (result === 'complete') return { to: finish(account, target, method, true, payerOf(query)) };
    const payment = target.object === 'invoice' && paymentOf(account, target);
    if (payment) failAuthentication(account, account.need('payment_intent', payment.payment.payment_intent!));
    return {
      page: pageOf(
        account,
        target,
        'We are unable to authenticate your payment method. Please choose a different payment method and try again.',
      ),
    };
  });
}

function findTarget(account: Account, id: string): Target {
  const found = account.store.getAny(id);
  const known = ['checkout.session', 'invoice', 'billing_portal.session'];
  if (!found || !known.includes(found.object)) throw missing('payment', id);
  return found as Target;
}

function invoiceOf(account: Account, { id, customer }: PaymentIntent): Invoice {
  const [payment] = account.store.find('invoice_payment', customer!, (each) => each.payment.payment_intent === id);
  if (!payment) throw missing('invoice', id);
  return account.need('invoice', payment.invoice);
}

function payerOf({ email, name, country, tax_id: taxId }: Form): Payer {
  return { email, name, country: country?.toUpperCase(), taxId: taxId?.replaceAll(/\s/g, '').toUpperCase() };
}

/** Where the bank asks; what the payer said of themselves is taken along. */
function threeDs(target: string, method: string, form: Form): string {
  const said = ['email', 'name', 'country', 'tax_id'].flatMap((name) => (form[name] ? [[name, form[name]]] : []));
  return `/3ds/${target}/${method}${said.length > 0 ? `?${new URLSearchParams(said as [string, string][])}` : ''}`;
}

/** Does with a card what its page is for, and says where to go then. */
function finish(
  account: Account,
  target: Target,
  method: PaymentMethod | undefined,
  isAuthenticated: boolean,
  payer: Payer,
): string {
  if (target.object === 'checkout.session') {
    if (target.status === 'complete') return successUrl(target);
    if (target.status !== 'open') throw invalid('This Checkout is over: go back and begin anew.');
    complete(account, target, method, { isAuthenticated, ...payer });
    return successUrl(target);
  }
  if (target.object === 'invoice') {
    payInvoice(account, target, { method, isAuthenticated });
    return `/i/${target.id}`;
  }
  adopt(account, method!.id, target.customer);
  setUp(account, target.customer, method!, {});
  setDefault(account, account.needCustomer(target.customer), method!.id);
  // A subscription with a card of its own would go on charging that.
  for (const subscription of account.store.find('subscription', target.customer, ({ ended_at }) => ended_at === null)) {
    if (subscription.default_payment_method)
      updateSubscription(account, subscription, { default_payment_method: method!.id });
  }
  return afterFlow(target);
}

function successUrl({ success_url, id }: CheckoutSession): string {
  return success_url!.replaceAll('{CHECKOUT_SESSION_ID}', id);
}

function afterFlow({ id, flow }: PortalSession): string {
  return flow?.after_completion.redirect?.return_url ?? `/p/session/${id}`;
}

function pageOf(account: Account, target: Target, message?: string): string {
  if (target.object === 'checkout.session') return checkoutPage(account, target, message);
  return target.object === 'invoice' ? invoicePage(target, message) : portalPage(account, target, message);
}

function checkoutPage(account: Account, session: CheckoutSession, message?: string): string {
  const { id, mode, status, amount_total, currency, cancel_url } = session;
  if (status !== 'open')
    return htmlPage(
      'Checkout',
      `<p>This Checkout is ${escape(status!)}.</p>${cancel_url ? link(cancel_url, 'Go back') : ''}`,
    );
  const back = cancel_url ? link(cancel_url, 'Go back without paying') : '';
  const action = `/c/pay/${id}`;
  const form = { email: !session.customer && !session.customer_email, extra: payerFields(session) };
  if (mode === 'setup') return htmlPage('Save a card', alert(message) + cardForm(action, 'Save card', form) + back);
  const { items } = account.store.notes('checkout.session', id);
  const rows = items.map(({ price: priceId, quantity }) => {
    const price = account.need('price', priceId);
    const name = account.store.get('product', price.product)?.name ?? '';
    return [escape(`${quantity} × ${name}`), formatMoney((price.unit_amount ?? 0) * quantity, price.currency)];
  });
  const recurring = account.need('price', items[0]!.price).recurring;
  const amount = formatMoney(amount_total!, currency!);
  const title = `${amount}${recurring ? ` per ${recurring.interval}` : ''}`;
  const label = amount_total === 0 ? 'Start trial' : `Pay ${amount}`;
  const free = needsNoCard(session) ? button(action, 'Start without a card', {}, true) : '';
  return htmlPage(
    title,
    table('Order', ['Item', 'Amount'], rows) + alert(message) + cardForm(action, label, form) + free + back,
  );
}

/** What Checkout asks of who pays, beside the card. */
function payerFields({
  automatic_tax: tax,
  billing_address_collection: address,
  tax_id_collection: taxId,
}: CheckoutSession) {
  const country =
    '<label>Country, two letters <input name="country" autocomplete="country" pattern="[A-Za-z]{2}" required></label>';
  return [
    ...(tax.enabled || address === 'required' ? [country] : []),
    ...(taxId?.enabled
      ? ['<label>Business name <input name="name"></label><label>Tax ID <input name="tax_id"></label>']
      : []),
  ].join('\n');
}

function invoicePage(invoice: Invoice, message?: string): string {
  const { id, number, status, total, currency, lines, amount_due, amount_remaining, total_taxes } = invoice;
  const rows = lines.data.map(({ description, amount }) => [escape(description ?? ''), formatMoney(amount, currency)]);
  const sums = [
    ...total_taxes!.map(({ amount }) => ['Tax', formatMoney(amount, currency)]),
    ['Total', formatMoney(total, currency)],
    ['Amount due', formatMoney(amount_due, currency)],
  ];
  const pay = status === 'open' ? cardForm(`/i/${id}`, `Pay ${formatMoney(amount_remaining, currency)}`) : '';
  const title = `Invoice ${number ?? id}: ${formatMoney(total, currency)}, ${status}`;
  return htmlPage(title, table('Lines', ['Item', 'Amount'], [...rows, ...sums]) + alert(message) + pay);
}

function portalPage(account: Account, session: PortalSession, message?: string): string {
  const customer = account.needCustomer(session.customer);
  const living = account.store.find('subscription', customer.id, ({ ended_at }) => ended_at === null);
  const method = living[0]?.default_payment_method ?? customer.invoice_settings.default_payment_method;
  const card = method ? account.store.get('payment_method', method)?.card : undefined;
  const base = `/p/session/${session.id}`;
  const cards = `<h2>Card</h2><p>${card ? `${escape(card.brand)} ending in ${card.last4}` : 'None'}</p>${alert(message)}${cardForm(`${base}/card`, 'Change card')}`;
  const subscriptions = living.map(({ id, items, cancel_at_period_end, cancel_at, status }) => {
    const [item] = items.data;
    const name = account.store.get('product', item!.price.product)?.name ?? '';
    const end = cancel_at === null ? `renews on ${dayOf(item!.current_period_end)}` : `ends on ${dayOf(cancel_at)}`;
    const change = cancel_at_period_end
      ? button(`${base}/resume`, 'Resume subscription', { subscription: id })
      : button(`${base}/cancel`, 'Cancel subscription', { subscription: id }, true);
    return `<section><h3>${escape(name)}</h3><p>${escape(status)}, ${end}</p>${change}</section>`;
  });
  const invoices = account.store
    .find('invoice', customer.id, ({ status }) => status !== 'draft')
    .reverse()
    .map(({ id, number, total, currency, status }) => [
      `<a href="/i/${id}">${escape(number!)}</a>`,
      escape(status!),
      formatMoney(total, currency),
    ]);
  const back = session.return_url ? link(session.return_url, 'Return') : '';
  return htmlPage(
    'Billing',
    `${back}<h2>Subscriptions</h2>${subscriptions.join('') || '<p>None</p>'}${cards}${table('Invoices', ['Invoice', 'Status', 'Total'], invoices)}`,
  );
}
