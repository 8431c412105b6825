import { scaleUnitPrice } from '../billing/index.js';
import { INVOICE_TEXTS, type InvoiceTexts } from './invoice-texts.js';
import type { InvoiceView } from './invoices.schema.js';
import { INK, MARGIN, MUTED, PdfPage, WIDTH } from './pdf-page.js';

type Line = InvoiceView['lines'][number];

/** Left edge and width of each column. */
const COLUMNS = {
  description: [MARGIN, 160],
  quantity: [215, 75],
  included: [292, 70],
  unitPrice: [365, 105],
  amount: [475, 70],
} as const;
type Column = keyof typeof COLUMNS;

/**
 * An invoice on paper, A4.
 *
 * @param seller lines on who sells; none where the installation is for trying out
 */
export async function renderInvoicePdf(invoice: InvoiceView, seller: string[], language: 'en' | 'zh'): Promise<Buffer> {
  return new InvoicePage(invoice, language).render(seller);
}

class InvoicePage extends PdfPage {
  private readonly texts: InvoiceTexts;

  constructor(
    private readonly invoice: InvoiceView,
    language: 'en' | 'zh',
  ) {
    const texts = INVOICE_TEXTS[language];
    const { number, createdAt, currency } = invoice;
    super({ title: number ? `${texts.invoice} ${number}` : texts.draft, createdAt, currency, language });
    this.texts = texts;
  }

  render(seller: string[]): Promise<Buffer> {
    this.head(seller);
    this.table();
    return this.end(this.invoice.number ?? this.texts.draft);
  }

  private head(seller: string[]): void {
    const { texts, invoice } = this;
    this.write(invoice.number ? texts.invoice : texts.draft, MARGIN, { width: WIDTH, size: 20, isBold: true });
    if (!invoice.number) this.write(texts.draftHint, MARGIN, { width: WIDTH, color: MUTED });
    this.y += 14;
    this.parties(seller, invoice.billedTo);
    this.facts([
      ...(invoice.number ? [[texts.number, invoice.number] as [string, string]] : []),
      invoice.issuedAt ? [texts.issued, this.day(invoice.issuedAt)] : [texts.written, this.day(invoice.createdAt)],
      [texts.period, this.period(invoice)],
      [texts.plan, invoice.plan],
      [texts.status, texts.statuses[invoice.status]],
    ]);
    this.y += 18;
  }

  /** The lines by period, the invoice's own first, each with a heading where there are several. */
  private table(): void {
    const { invoice, texts } = this;
    const starts = [...new Set(invoice.lines.map(({ periodStart }) => periodStart))];
    starts.sort((a, b) => Number(b === invoice.periodStart) - Number(a === invoice.periodStart));
    this.tableHead();
    for (const start of starts) {
      const lines = invoice.lines.filter(({ periodStart }) => periodStart === start);
      const isLate = start !== invoice.periodStart;
      this.makeRoom(60);
      this.y += 4;
      this.write(this.period(lines[0]!), MARGIN, { width: WIDTH, isBold: true });
      if (isLate) this.write(texts.late, MARGIN, { width: WIDTH, color: MUTED, size: 8 });
      for (const line of lines) this.line(line, isLate);
    }
    this.makeRoom(110);
    this.rule();
    if (Number(invoice.tax) !== 0) {
      this.sum(texts.subtotal, invoice.subtotal);
      this.sum(texts.tax, invoice.tax);
    }
    this.sum(texts.total, invoice.total, true);
    if (Number(invoice.credits) === 0) return;
    const isBack = invoice.credits.startsWith('-');
    this.sum(isBack ? texts.creditsBack : texts.credits, isBack ? invoice.credits.slice(1) : `-${invoice.credits}`);
    this.sum(texts.due, invoice.due);
  }

  private line(line: Line, isLate: boolean): void {
    const { texts } = this;
    const { meter, deviceClass, kind, plan, includedQuantity, unitAmount, packageSize, tiers } = line;
    const isMetered = meter !== null;
    const priceOf = (amount: string) =>
      isMetered && !packageSize ? this.perUnit(amount, meter) : this.unitPrice(amount);
    const name = isMetered ? texts.meter(meter) : kind === 'plan' ? texts.planFee(plan) : texts.commitment(plan);
    // Of a late line the tiers are those of the whole period.
    const parts = isLate ? [] : tiers;
    const prices = parts.flatMap(({ quantity, unitAmount: price, flatAmount }) => [
      texts.part(this.number(quantity), priceOf(price)),
      ...(Number(flatAmount) > 0 ? [texts.flat(this.unitPrice(flatAmount))] : []),
    ]);
    this.row({
      description: [
        isMetered && deviceClass ? `${name} (${deviceClass})` : name,
        ...(isMetered && plan !== this.invoice.plan ? [plan] : []),
      ],
      quantity: [this.number(line.quantity)],
      included: [isMetered ? this.number(includedQuantity) : '–'],
      unitPrice: [priceOf(unitAmount), ...prices, ...(packageSize ? [texts.perPackage(this.number(packageSize))] : [])],
      amount: [this.money(line.amount)],
    });
  }

  private tableHead(): void {
    const { texts } = this;
    const { description, quantity, included, unitPrice, amount } = texts;
    const names = { description, quantity, included, unitPrice, amount };
    this.row(Object.fromEntries(Object.entries(names).map(([key, name]) => [key, [name]])) as never, MUTED);
    this.rule();
  }

  private row(cells: Record<Column, string[]>, color = INK): void {
    const most = Math.max(...Object.values(cells).map((words) => words.length));
    this.makeRoom(14 * most + 8);
    const top = this.y + 3;
    let lowest = top;
    for (const [column, words] of Object.entries(cells) as [Column, string[]][]) {
      const [x, width] = COLUMNS[column];
      this.y = top;
      for (const [index, each] of words.entries())
        this.write(each, x, {
          width,
          align: column === 'description' ? 'left' : 'right',
          ...(index > 0 ? { size: 8, color: MUTED } : { color }),
        });
      lowest = Math.max(lowest, this.y);
    }
    this.y = lowest + 3;
  }

  /** On a further page the heads of the columns stand again. */
  protected override makeRoom(height: number): boolean {
    const isOther = super.makeRoom(height);
    if (isOther) this.tableHead();
    return isOther;
  }

  private perUnit(amount: string, meter: string): string {
    const scaled = scaleUnitPrice(amount, this.invoice.currency);
    return this.texts.perUnit(this.unitPrice(scaled.amount), meter, scaled.per);
  }

  private unitPrice(amount: string): string {
    return this.money(amount, 8);
  }

  private period({ periodStart, periodEnd }: Pick<InvoiceView, 'periodStart' | 'periodEnd'>): string {
    return `${this.day(periodStart)} – ${this.day(periodEnd)} (${this.texts.utc})`;
  }
}
