import PDFDocument from 'pdfkit';
import { INVOICE_TEXTS, type InvoiceTexts } from './invoice-texts.js';
import type { InvoiceView } from './invoices.schema.js';
import { fontFile, partsOf, type Subset } from './pdf-fonts.js';

type Line = InvoiceView['lines'][number];

const TAGS = { en: 'en', zh: 'zh-CN' };
const MARGIN = 50;
const WIDTH = 595.28 - 2 * MARGIN;
const BOTTOM = 841.89 - 70;
const INK = '#14181d';
const MUTED = '#57616d';
const RULE = '#cfd5db';
/** Left edge and width of each column. */
const COLUMNS = {
  description: [MARGIN, 160],
  quantity: [215, 75],
  included: [292, 70],
  unitPrice: [365, 105],
  amount: [475, 70],
} as const;
type Column = keyof typeof COLUMNS;

interface TextOptions {
  width: number;
  size?: number;
  isBold?: boolean;
  color?: string;
  align?: 'left' | 'right';
}

/**
 * An invoice on paper, A4.
 *
 * @param seller lines on who sells; none where the installation is for trying out
 */
export async function renderInvoicePdf(invoice: InvoiceView, seller: string[], language: 'en' | 'zh'): Promise<Buffer> {
  const page = new InvoicePage(invoice, language);
  page.head(seller);
  page.table();
  return page.end();
}

class InvoicePage {
  private readonly document: PDFKit.PDFDocument;
  private readonly texts: InvoiceTexts;
  private readonly fonts = new Set<string>();
  private y = MARGIN;

  constructor(
    private readonly invoice: InvoiceView,
    private readonly language: 'en' | 'zh',
  ) {
    this.texts = INVOICE_TEXTS[language];
    this.document = new PDFDocument({
      size: 'A4',
      margins: { top: MARGIN, left: MARGIN, right: MARGIN, bottom: 0 },
      bufferPages: true,
      lang: TAGS[language],
      info: { Title: this.title, CreationDate: new Date(invoice.createdAt) },
    });
  }

  private get title(): string {
    const { invoice, draft } = this.texts;
    return this.invoice.number ? `${invoice} ${this.invoice.number}` : draft;
  }

  head(seller: string[]): void {
    const { texts, invoice } = this;
    this.write(invoice.number ? texts.invoice : texts.draft, MARGIN, { width: WIDTH, size: 20, isBold: true });
    if (!invoice.number) this.write(texts.draftHint, MARGIN, { width: WIDTH, color: MUTED });
    this.y += 14;
    const half = WIDTH / 2 - 10;
    const top = this.y;
    this.block(texts.seller, seller.length > 0 ? seller : texts.trialSeller, MARGIN, half);
    const left = this.y;
    this.y = top;
    this.block(texts.billedTo, [invoice.billedTo], MARGIN + WIDTH / 2 + 10, half);
    this.y = Math.max(left, this.y) + 14;
    const facts: [string, string][] = [
      ...(invoice.number ? [[texts.number, invoice.number] as [string, string]] : []),
      invoice.issuedAt ? [texts.issued, this.day(invoice.issuedAt)] : [texts.written, this.day(invoice.createdAt)],
      [texts.period, this.period(invoice)],
      [texts.plan, invoice.plan],
      [texts.status, texts.statuses[invoice.status]],
    ];
    for (const [name, value] of facts) {
      const line = this.y;
      this.write(name, MARGIN, { width: 110, color: MUTED });
      const below = this.y;
      this.y = line;
      this.write(value, MARGIN + 120, { width: WIDTH - 120 });
      this.y = Math.max(below, this.y);
    }
    this.y += 18;
  }

  /** The lines by period, the invoice's own first, each with a heading where there are several. */
  table(): void {
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
    this.makeRoom(40);
    this.rule();
    const top = this.y;
    this.write(texts.total, MARGIN, { width: 300, isBold: true, size: 11 });
    this.y = top;
    const [x, width] = [COLUMNS.unitPrice[0], WIDTH + MARGIN - COLUMNS.unitPrice[0]];
    this.write(this.money(invoice.total), x, { width, isBold: true, size: 11, align: 'right' });
    if (Number(invoice.credits) === 0) return;
    for (const [name, amount] of [
      [texts.credits, `-${invoice.credits}`],
      [texts.due, invoice.due],
    ] as const) {
      this.makeRoom(20);
      const at = this.y;
      this.write(name, MARGIN, { width: 300 });
      this.y = at;
      this.write(this.money(amount), x, { width, align: 'right' });
    }
  }

  /** Numbers the pages, and hands out the file. */
  async end(): Promise<Buffer> {
    const { document, texts, invoice } = this;
    const { count } = document.bufferedPageRange();
    for (let page = 0; page < count; page++) {
      document.switchToPage(page);
      this.y = BOTTOM + 24;
      const words = [invoice.number ?? texts.draft, texts.page(page + 1, count)].join(' · ');
      this.write(words, MARGIN, { width: WIDTH, size: 8, color: MUTED, align: 'right' });
    }
    const chunks: Buffer[] = [];
    document.end();
    for await (const chunk of document) chunks.push(chunk as Buffer);
    return Buffer.concat(chunks);
  }

  private line(line: Line, isLate: boolean): void {
    const { texts } = this;
    const { meter, deviceClass, kind, plan, includedQuantity, unitAmount, packageSize, tiers } = line;
    const isMetered = meter !== null;
    const name = isMetered ? texts.meter(meter) : kind === 'plan' ? texts.planFee(plan) : texts.commitment(plan);
    // Of a late line the tiers are those of the whole period.
    const parts = isLate ? [] : tiers;
    const prices = parts.flatMap(({ quantity, unitAmount: price, flatAmount }) => [
      texts.part(this.number(quantity), this.unitPrice(price)),
      ...(Number(flatAmount) > 0 ? [texts.flat(this.unitPrice(flatAmount))] : []),
    ]);
    this.row({
      description: [
        isMetered && deviceClass ? `${name} (${deviceClass})` : name,
        ...(isMetered && plan !== this.invoice.plan ? [plan] : []),
      ],
      quantity: [this.number(line.quantity)],
      included: [isMetered ? this.number(includedQuantity) : '–'],
      unitPrice: [
        this.unitPrice(unitAmount),
        ...prices,
        ...(packageSize ? [texts.perPackage(this.number(packageSize))] : []),
      ],
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

  private block(title: string, lines: string[], x: number, width: number): void {
    this.write(title, x, { width, color: MUTED });
    for (const line of lines) this.write(line, x, { width });
  }

  private makeRoom(height: number): void {
    if (this.y + height <= BOTTOM) return;
    this.document.addPage();
    this.y = MARGIN;
    this.tableHead();
  }

  private rule(): void {
    this.document.lineWidth(0.5).strokeColor(RULE);
    this.document
      .moveTo(MARGIN, this.y)
      .lineTo(MARGIN + WIDTH, this.y)
      .stroke();
    this.y += 4;
  }

  /** Writes at the present height, which moves below it. */
  private write(text: string, x: number, options: TextOptions): void {
    const { width, size = 9.5, isBold = false, color = INK, align = 'left' } = options;
    const parts = partsOf(text);
    this.document.fillColor(color).fontSize(size);
    for (const [index, part] of parts.entries()) {
      this.useFont(part.subset, isBold);
      const more = { width, align, continued: index < parts.length - 1 };
      if (index === 0) this.document.text(part.text, x, this.y, more);
      else this.document.text(part.text, more);
    }
    this.y = this.document.y + 1;
  }

  private useFont(subset: Subset, isBold: boolean): void {
    const weight = isBold ? 700 : 400;
    const name = `${subset.typeface} ${subset.subset} ${weight}`;
    if (!this.fonts.has(name)) this.document.registerFont(name, fontFile(subset, weight));
    this.fonts.add(name);
    this.document.font(name);
  }

  private number(decimal: string): string {
    return new Intl.NumberFormat(TAGS[this.language], { maximumFractionDigits: 6 }).format(decimal as never);
  }

  /** With the currency's code, which is nobody else's as a sign may be. */
  private money(amount: string, digits?: number): string {
    const options = { style: 'currency', currency: this.invoice.currency, currencyDisplay: 'code' } as const;
    const most = digits === undefined ? {} : { maximumFractionDigits: digits };
    return new Intl.NumberFormat(TAGS[this.language], { ...options, ...most }).format(amount as never);
  }

  private unitPrice(amount: string): string {
    return this.money(amount, 8);
  }

  private day(iso: string): string {
    return new Intl.DateTimeFormat(TAGS[this.language], { dateStyle: 'long', timeZone: 'UTC' }).format(new Date(iso));
  }

  private period({ periodStart, periodEnd }: Pick<InvoiceView, 'periodStart' | 'periodEnd'>): string {
    return `${this.day(periodStart)} – ${this.day(periodEnd)} (${this.texts.utc})`;
  }
}
