import PDFDocument from 'pdfkit';
import { INVOICE_TEXTS } from './invoice-texts.js';
import { fontFile, partsOf, type Subset } from './pdf-fonts.js';

const TAGS = { en: 'en', zh: 'zh-CN' };
export const MARGIN = 50;
export const WIDTH = 595.28 - 2 * MARGIN;
const BOTTOM = 841.89 - 70;
export const INK = '#14181d';
export const MUTED = '#57616d';
const RULE = '#cfd5db';

export interface TextOptions {
  width: number;
  size?: number;
  isBold?: boolean;
  color?: string;
  align?: 'left' | 'right';
}

interface PdfOptions {
  title: string;
  createdAt: string;
  currency: string;
  language: 'en' | 'zh';
}

/** A document on paper, A4, written from top to bottom: an invoice, a credit note. */
export class PdfPage {
  protected y = MARGIN;
  private readonly document: PDFKit.PDFDocument;
  private readonly fonts = new Set<string>();

  constructor(private readonly options: PdfOptions) {
    this.document = new PDFDocument({
      size: 'A4',
      margins: { top: MARGIN, left: MARGIN, right: MARGIN, bottom: 0 },
      bufferPages: true,
      lang: TAGS[options.language],
      info: { Title: options.title, CreationDate: new Date(options.createdAt) },
    });
  }

  /** Who sells to whom. */
  protected parties(seller: string[], billedTo: string): void {
    const texts = INVOICE_TEXTS[this.options.language];
    const half = WIDTH / 2 - 10;
    const top = this.y;
    this.block(texts.seller, seller.length > 0 ? seller : texts.trialSeller, MARGIN, half);
    const left = this.y;
    this.y = top;
    this.block(texts.billedTo, [billedTo], MARGIN + WIDTH / 2 + 10, half);
    this.y = Math.max(left, this.y) + 14;
  }

  protected facts(facts: [string, string][]): void {
    for (const [name, value] of facts) {
      const line = this.y;
      this.write(name, MARGIN, { width: 110, color: MUTED });
      const below = this.y;
      this.y = line;
      this.write(value, MARGIN + 120, { width: WIDTH - 120 });
      this.y = Math.max(below, this.y);
    }
  }

  /** An amount at the right edge, and what it is at the left. */
  protected sum(name: string, amount: string, isBold = false): void {
    const options = { isBold, size: isBold ? 11 : 9.5 };
    const top = this.y;
    this.write(name, MARGIN, { width: 300, ...options });
    this.y = top;
    this.write(this.money(amount), MARGIN + 315, { width: WIDTH - 315, align: 'right', ...options });
  }

  /** Numbers the pages, and hands out the file. */
  protected async end(name: string): Promise<Buffer> {
    const { document } = this;
    const { count } = document.bufferedPageRange();
    for (let page = 0; page < count; page++) {
      document.switchToPage(page);
      this.y = BOTTOM + 24;
      const words = [name, INVOICE_TEXTS[this.options.language].page(page + 1, count)].join(' · ');
      this.write(words, MARGIN, { width: WIDTH, size: 8, color: MUTED, align: 'right' });
    }
    const chunks: Buffer[] = [];
    document.end();
    for await (const chunk of document) chunks.push(chunk as Buffer);
    return Buffer.concat(chunks);
  }

  private block(title: string, lines: string[], x: number, width: number): void {
    this.write(title, x, { width, color: MUTED });
    for (const line of lines) this.write(line, x, { width });
  }

  /** @returns whether another page has begun */
  protected makeRoom(height: number): boolean {
    if (this.y + height <= BOTTOM) return false;
    this.document.addPage();
    this.y = MARGIN;
    return true;
  }

  protected rule(): void {
    this.document.lineWidth(0.5).strokeColor(RULE);
    this.document
      .moveTo(MARGIN, this.y)
      .lineTo(MARGIN + WIDTH, this.y)
      .stroke();
    this.y += 4;
  }

  /** Writes at the present height, which moves below it. */
  protected write(text: string, x: number, options: TextOptions): void {
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

  protected number(decimal: string): string {
    const tag = TAGS[this.options.language];
    return new Intl.NumberFormat(tag, { maximumFractionDigits: 6 }).format(decimal as never);
  }

  /** With the currency's code, which is nobody else's as a sign may be. */
  protected money(amount: string, digits?: number): string {
    const { language, currency } = this.options;
    const options = { style: 'currency', currency, currencyDisplay: 'code' } as const;
    const most = digits === undefined ? {} : { maximumFractionDigits: digits };
    return new Intl.NumberFormat(TAGS[language], { ...options, ...most }).format(amount as never);
  }

  protected day(iso: string): string {
    const tag = TAGS[this.options.language];
    return new Intl.DateTimeFormat(tag, { dateStyle: 'long', timeZone: 'UTC' }).format(new Date(iso));
  }
}
