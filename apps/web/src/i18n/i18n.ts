import i18next from 'i18next';
import { initReactI18next } from 'react-i18next';
import { readPreference, writePreference } from '../shell/preference';
import apiZhCn from './api.zh-CN.json';
import en from './en.json';
import zhCn from './zh-CN.json';

/** Languages by tag, each named in itself. */
export const LANGUAGES = { en: 'English', 'zh-CN': '简体中文' } as const;
export type Language = keyof typeof LANGUAGES;

function preferredLanguage(): Language {
  const stored = readPreference('language');
  if (stored && stored in LANGUAGES) return stored as Language;
  return navigator.language.toLowerCase().startsWith('zh') ? 'zh-CN' : 'en';
}

/** Changes the language at once and for later visits. */
export function chooseLanguage(language: Language): void {
  writePreference('language', language);
  void i18next.changeLanguage(language);
}

i18next.on('languageChanged', (language) => (document.documentElement.lang = language));

void i18next.use(initReactI18next).init({
  lng: preferredLanguage(),
  fallbackLng: 'en',
  // `api` translates texts that the API writes in English; in English the API's own words are shown.
  resources: { en: { translation: en }, 'zh-CN': { translation: zhCn, api: apiZhCn } },
  interpolation: { escapeValue: false },
});
