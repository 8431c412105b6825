/** Languages of the pages that the server writes, by tag, each named in itself. */
export const LANGUAGES = { en: 'English', 'zh-CN': '简体中文' } as const;
export type Language = keyof typeof LANGUAGES;

export const LANGUAGE_TAGS = Object.keys(LANGUAGES) as Language[];

/** In which the dashboard will speak, unless another was chosen in that browser before: as apps/web/src/i18n chooses. */
export function likelyLanguage(asked: string | null, acceptLanguage = ''): Language {
  return (
    LANGUAGE_TAGS.find((each) => each === asked) ??
    (acceptLanguage.trim().toLowerCase().startsWith('zh') ? 'zh-CN' : 'en')
  );
}
