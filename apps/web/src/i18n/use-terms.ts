import { useTranslation } from 'react-i18next';
import { type Sentences, translateSentences } from './server-sentences';

type TermGroup =
  | 'recipes'
  | 'settings'
  | 'metrics'
  | 'phases'
  | 'meters'
  | 'meterNouns'
  | 'meterUnits'
  | 'resources'
  | 'events'
  | 'kinds'
  | 'columns'
  | 'statistics'
  | 'roles'
  | 'problems';

/** Words for keys that come from the API and so are not known when this is compiled. */
export function useTerms() {
  const { i18n } = useTranslation();
  const find = (key: string, ns: string, fallback: string): string =>
    String(i18n.t(key as never, { ns, defaultValue: fallback } as never));
  const name = (group: TermGroup, key: string, fallback = key) =>
    find(`terms.${group}.${key}`, 'translation', fallback);
  const known = i18n.getResource(i18n.language, 'api', 'sentences') as Sentences | undefined;
  return {
    /** The catalogue's name of a key; else the fallback, which is the key itself if none is given. */
    name,
    /** A text that the API wrote in English, in the language of the page where we have it. */
    text: (path: string, english: string) => find(path, 'api', english),
    /** What the API composed of sentences with numbers and names, in the language of the page as far as we have it. */
    sentences: (english: string) =>
      known ? translateSentences(english, known, (value) => name('recipes', value)) : english,
  };
}
