import { useTranslation } from 'react-i18next';

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
  | 'roles';

/** Words for keys that come from the API and so are not known when this is compiled. */
export function useTerms() {
  const { i18n } = useTranslation();
  const find = (key: string, ns: string, fallback: string): string =>
    String(i18n.t(key as never, { ns, defaultValue: fallback } as never));
  return {
    /** The catalogue's name of a key; else the fallback, which is the key itself if none is given. */
    name: (group: TermGroup, key: string, fallback = key) => find(`terms.${group}.${key}`, 'translation', fallback),
    /** A text that the API wrote in English, in the language of the page where we have it. */
    text: (path: string, english: string) => find(path, 'api', english),
  };
}
