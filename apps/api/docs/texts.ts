import type { Language } from '../languages.js';

/** What stands around a page, in the languages of the product. */
export const TEXTS = {
  en: {
    docs: 'Documentation',
    introduction:
      'Kindred trains a model on your data alone and answers your calls with it. A file in, an API out: the same routes serve the dashboard and your programs.',
    programs: 'For programs',
    openapi: 'every route with its schemas and examples, as OpenAPI 3.1',
    llms: 'these pages as Markdown, listed',
    guides: 'Guides',
    reference: 'API reference',
    contents: 'Contents',
    skip: 'Skip to the page',
    filter: 'Find a guide or an operation',
    nothing: 'Nothing has these words.',
    theme: 'Light or dark',
    dashboard: 'Dashboard',
    status: 'Status',
    markdown: 'This page as Markdown',
    missing: 'There is no such page',
    missingHint: 'The contents list every page there is.',
  },
  'zh-CN': {
    docs: '文档',
    introduction:
      'Kindred 只用您自己的数据训练模型，并用它回答您的调用。上传文件，得到 API：控制台和您的程序使用相同的接口。',
    programs: '供程序使用',
    openapi: '所有接口及其结构和示例（OpenAPI 3.1）',
    llms: '这些页面的 Markdown 版本列表',
    guides: '指南',
    reference: 'API 参考',
    contents: '目录',
    skip: '跳到正文',
    filter: '查找指南或接口',
    nothing: '没有找到匹配的内容。',
    theme: '浅色或深色',
    dashboard: '控制台',
    status: '服务状态',
    markdown: '本页的 Markdown 版本',
    missing: '没有这个页面',
    missingHint: '目录列出了所有页面。',
  },
} as const satisfies Record<Language, object>;

/** The language that somebody asks for, by the address first, then by what their browser prefers. */
export function languageOf(asked: unknown, accepted: string | undefined): Language {
  if (typeof asked === 'string' && Object.hasOwn(TEXTS, asked)) return asked as Language;
  return accepted?.toLowerCase().startsWith('zh') ? 'zh-CN' : 'en';
}
