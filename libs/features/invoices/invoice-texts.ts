import { meterInWords } from '../billing/index.js';
import type { InvoiceView } from './invoices.schema.js';

/** The words of an invoice on paper. */
export interface InvoiceTexts {
  invoice: string;
  draft: string;
  /** Under a draft's heading. */
  draftHint: string;
  /** Who sells, where the installation does not say. */
  trialSeller: string[];
  seller: string;
  billedTo: string;
  number: string;
  issued: string;
  written: string;
  period: string;
  plan: string;
  status: string;
  statuses: Record<InvoiceView['status'], string>;
  description: string;
  quantity: string;
  included: string;
  unitPrice: string;
  amount: string;
  subtotal: string;
  tax: string;
  total: string;
  /** Of the total, what prepaid credits pay; and what is left. */
  credits: string;
  /** Where they are given or taken back. */
  creditsBack: string;
  due: string;
  /** Above lines of another period than the invoice's. */
  late: string;
  planFee: (plan: string) => string;
  commitment: (plan: string) => string;
  meter: (meter: string) => string;
  perPackage: (size: string) => string;
  /** Of one unit of a meter, of a thousand or a million. */
  perUnit: (price: string, meter: string, per: 1 | 1_000 | 1_000_000) => string;
  part: (quantity: string, price: string) => string;
  flat: (fee: string) => string;
  utc: string;
  page: (page: number, of: number) => string;
}

const METERS_ZH: Record<string, string> = {
  recommendation_requests: '推荐请求',
  recommended_items: '推荐物品',
  interactions_ingested: '导入的互动',
  training_seconds: '训练秒数',
  stored_interactions: '存储的互动（按天）',
  test_requests: '测试请求',
  classification_requests: '分类请求',
  classified_texts: '已分类文本',
  texts_ingested: '导入的文本',
  stored_texts: '存储的文本（按天）',
};

/** One, and many, of what a meter counts, as the screens say it. */
const UNITS_EN: Record<string, [string, string]> = {
  recommendation_requests: ['request', 'requests'],
  recommended_items: ['item', 'items'],
  interactions_ingested: ['interaction', 'interactions'],
  training_seconds: ['second', 'seconds'],
  stored_interactions: ['interaction-day', 'interaction-days'],
  test_requests: ['request', 'requests'],
  classification_requests: ['request', 'requests'],
  classified_texts: ['text', 'texts'],
  texts_ingested: ['text', 'texts'],
  stored_texts: ['text-day', 'text-days'],
};
const UNITS_ZH: Record<string, [string, string]> = {
  recommendation_requests: ['次', '次'],
  recommended_items: ['个物品', '个物品'],
  interactions_ingested: ['条互动', '条互动'],
  training_seconds: ['秒', '秒'],
  stored_interactions: ['互动·天', '互动·天'],
  test_requests: ['次请求', '次请求'],
  classification_requests: ['次', '次'],
  classified_texts: ['条文本', '条文本'],
  texts_ingested: ['条文本', '条文本'],
  stored_texts: ['文本·天', '文本·天'],
};

export const INVOICE_TEXTS: Record<'en' | 'zh', InvoiceTexts> = {
  en: {
    invoice: 'Invoice',
    draft: 'Draft of an invoice',
    draftHint: 'This is not an invoice yet: it has no number, and nothing is to be paid by it.',
    trialSeller: ['Kindred, trial installation', 'Nothing is sold here: this is for trying out.'],
    seller: 'From',
    billedTo: 'Billed to',
    number: 'Number',
    issued: 'Date of issue',
    written: 'Written',
    period: 'Billing period',
    plan: 'Plan',
    status: 'Status',
    statuses: {
      draft: 'Draft',
      open: 'To be paid',
      paid: 'Paid',
      void: 'Void',
      uncollectible: 'Not paid',
    },
    description: 'Description',
    quantity: 'Quantity',
    included: 'Included',
    unitPrice: 'Unit price',
    amount: 'Amount',
    subtotal: 'Subtotal',
    tax: 'Tax',
    total: 'Total',
    credits: 'Prepaid credits',
    creditsBack: 'Prepaid credits given or taken back',
    due: 'Due',
    late: 'Late or corrected, of an earlier period: what was not billed before',
    planFee: (plan) => `${plan} plan, monthly fee`,
    commitment: (plan) => `Minimum of the ${plan} plan, beyond what was used`,
    meter: meterInWords,
    perPackage: (size) => `for each ${size} begun`,
    perUnit: (price, meter, per) => {
      const [one, many] = UNITS_EN[meter] ?? ['unit', 'units'];
      return per === 1 ? `${price} per ${one}` : `${price} per ${per === 1_000 ? '1,000' : 'million'} ${many}`;
    },
    part: (quantity, price) => `${quantity} × ${price}`,
    flat: (fee) => `+ ${fee} once`,
    utc: 'UTC',
    page: (page, of) => `Page ${page} of ${of}`,
  },
  zh: {
    invoice: '账单',
    draft: '账单草稿',
    draftHint: '这还不是正式账单：没有编号，也无需据此付款。',
    trialSeller: ['Kindred 试用环境', '此处不销售任何产品，仅供试用。'],
    seller: '开具方',
    billedTo: '客户',
    number: '编号',
    issued: '开具日期',
    written: '生成日期',
    period: '账期',
    plan: '套餐',
    status: '状态',
    statuses: { draft: '草稿', open: '待支付', paid: '已支付', void: '已作废', uncollectible: '未能收款' },
    description: '项目',
    quantity: '数量',
    included: '套餐包含',
    unitPrice: '单价',
    amount: '金额',
    subtotal: '小计',
    tax: '税额',
    total: '合计',
    credits: '抵扣金',
    creditsBack: '退还或收回的抵扣金',
    due: '应付',
    late: '较早账期的迟到或更正用量：此前未计费的部分',
    planFee: (plan) => `${plan} 套餐月费`,
    commitment: (plan) => `${plan} 套餐最低消费的差额`,
    meter: (meter) => METERS_ZH[meter] ?? meterInWords(meter),
    perPackage: (size) => `每 ${size}（不足按一份计）`,
    perUnit: (price, meter, per) => {
      const [one, many] = UNITS_ZH[meter] ?? ['单位', '单位'];
      return per === 1 ? `每${one} ${price}` : `每${per === 1_000 ? ' 1,000 ' : '百万'}${many} ${price}`;
    },
    part: (quantity, price) => `${quantity} × ${price}`,
    flat: (fee) => `+ 固定费用 ${fee}`,
    utc: 'UTC',
    page: (page, of) => `第 ${page} 页，共 ${of} 页`,
  },
};
