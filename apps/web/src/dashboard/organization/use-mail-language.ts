import { useTranslation } from 'react-i18next';
import { mailLanguageOf } from '../../i18n/i18n';

/** Of mails to whoever has no account that says which: that of the page they are sent from. */
export function useMailLanguage(): 'en' | 'zh' {
  return mailLanguageOf(useTranslation().i18n.language);
}
