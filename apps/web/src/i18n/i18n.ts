import i18next, { type ResourceLanguage } from 'i18next';
import { initReactI18next } from 'react-i18next';
import { readPreference, writePreference } from '../shell/preference';

/** Languages by tag, each named in itself. */
export const LANGUAGES = { en: 'English', 'zh-CN': '简体中文' } as const;
export type Language = keyof typeof LANGUAGES;

/** Mails know two languages, by the language alone. */
export const mailLanguageOf = (language: string): 'en' | 'zh' => (language === 'zh-CN' ? 'zh' : 'en');

/** Nobody loads a language that they do not read. `api` translates texts that the API writes in English; in English the API's own words are shown. */
const TEXTS: Record<Language, () => Promise<ResourceLanguage>> = {
  en: async () => ({ translation: (await import('./en.json')).default }),
  'zh-CN': async () => {
    const [translation, api] = await Promise.all([import('./zh-CN.json'), import('./api.zh-CN.json')]);
    return { translation: translation.default, api: api.default };
  },
};

/** Of the pages of who runs the platform, which nobody else loads. */
const OPERATOR_TEXTS: Record<Language, () => Promise<object>> = {
  en: async () => (await import('./operator.en.json')).default,
  'zh-CN': async () => (await import('./operator.zh-CN.json')).default,
};
let hasOperatorTexts = false;

async function addOperatorTexts(language: Language): Promise<void> {
  i18next.addResourceBundle(language, 'translation', await OPERATOR_TEXTS[language](), true);
}

/** Before a page is drawn for an operator. */
export async function loadOperatorTexts(): Promise<void> {
  if (hasOperatorTexts) return;
  await addOperatorTexts(i18next.language as Language);
  hasOperatorTexts = true;
}

/** By the address, as a link of a search engine has it; else as was chosen before; else as the browser is set. */
function preferredLanguage(): Language {
  const asked = [new URLSearchParams(window.location.search).get('lang'), readPreference('language')];
  const known = asked.find((each): each is Language => each !== null && each in LANGUAGES);
  return known ?? (navigator.language.toLowerCase().startsWith('zh') ? 'zh-CN' : 'en');
}

/** Changes the language at once and for later visits. */
export async function chooseLanguage(language: Language): Promise<void> {
  writePreference('language', language);
  const address = new URL(window.location.href);
  if (address.searchParams.has('lang')) {
    // Else the address would bring the other language back.
    address.searchParams.set('lang', language);
    window.history.replaceState(window.history.state, '', address);
  }
  for (const [namespace, texts] of Object.entries(await TEXTS[language]()))
    i18next.addResourceBundle(language, namespace, texts);
  if (hasOperatorTexts) await addOperatorTexts(language);
  await i18next.changeLanguage(language);
}

i18next.on('languageChanged', (language) => (document.documentElement.lang = language));

/** Before anything is drawn. */
export async function startLanguage(): Promise<void> {
  const language = preferredLanguage();
  await i18next.use(initReactI18next).init({
    lng: language,
    resources: { [language]: await TEXTS[language]() },
    interpolation: { escapeValue: false },
  });
}
