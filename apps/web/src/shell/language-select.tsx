import { useTranslation } from 'react-i18next';
import { chooseLanguage, type Language, LANGUAGES } from '../i18n/i18n';

export function LanguageSelect() {
  const { t, i18n } = useTranslation();
  return (
    <select
      aria-label={t('shell.language')}
      value={i18n.language}
      onChange={(event) => void chooseLanguage(event.target.value as Language)}
      className="h-8 rounded-md bg-transparent px-1 text-muted hover:bg-sunken hover:text-ink [&>option]:bg-surface [&>option]:text-ink"
    >
      {Object.entries(LANGUAGES).map(([tag, name]) => (
        <option key={tag} value={tag} lang={tag}>
          {name}
        </option>
      ))}
    </select>
  );
}
