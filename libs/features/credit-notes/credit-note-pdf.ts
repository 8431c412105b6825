import { INVOICE_TEXTS, MARGIN, MUTED, PdfPage, WIDTH } from '../invoices/index.js';

export interface PrintedCreditNote {
  number: string;
  kind: 'credit' | 'refund';
  /** Of its invoice. */
  invoiceNumber: string;
  billedTo: string;
  /** Decimal, of the main unit. */
  amount: string;
  currency: string;
  reason: string;
  issuedAt: string;
}

const TEXTS = {
  en: {
    creditNote: 'Credit note',
    invoice: 'Of invoice',
    reason: 'Reason',
    kind: 'Kind',
    kinds: { credit: 'Taken off what is due', refund: 'Given back of what was paid' },
    amount: 'Credited',
  },
  zh: {
    creditNote: '贷记单',
    invoice: '所属账单',
    reason: '原因',
    kind: '类型',
    kinds: { credit: '减免应付金额', refund: '退回款项' },
    amount: '贷记金额',
  },
};

/** A credit note on paper, A4. @param seller as on invoices */
export function renderCreditNotePdf(note: PrintedCreditNote, seller: string[], language: 'en' | 'zh'): Promise<Buffer> {
  return new CreditNotePage(note, language).render(seller);
}

class CreditNotePage extends PdfPage {
  constructor(
    private readonly note: PrintedCreditNote,
    private readonly language: 'en' | 'zh',
  ) {
    const { number, issuedAt: createdAt, currency } = note;
    super({ title: `${TEXTS[language].creditNote} ${number}`, createdAt, currency, language });
  }

  render(seller: string[]): Promise<Buffer> {
    const { number, kind, invoiceNumber, billedTo, amount, reason, issuedAt } = this.note;
    const [texts, shared] = [TEXTS[this.language], INVOICE_TEXTS[this.language]];
    this.write(texts.creditNote, MARGIN, { width: WIDTH, size: 20, isBold: true });
    this.y += 14;
    this.parties(seller, billedTo);
    this.facts([
      [shared.number, number],
      [shared.issued, this.day(issuedAt)],
      [texts.invoice, invoiceNumber],
      [texts.kind, texts.kinds[kind]],
    ]);
    this.y += 18;
    this.write(texts.reason, MARGIN, { width: WIDTH, color: MUTED });
    this.write(reason, MARGIN, { width: WIDTH });
    this.y += 14;
    this.rule();
    this.sum(texts.amount, amount, true);
    return this.end(number);
  }
}
