import { useTranslation } from 'react-i18next';
import { type Sentences, translateSentences } from './server-sentences';
import { useFormat } from './use-format';

const TIME = /\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/g;
/** Groups of keys that the API's sentences hold; no two of them have a key in common with different names. */
const IN_SENTENCES = ['recipes', 'meters', 'resources', 'kinds'] as const;

type TermGroup =
  | 'recipes'
  | 'settings'
  | 'settingValues'
  | 'metrics'
  | 'phases'
  | 'meters'
  | 'meterNouns'
  | 'meterUnits'
  | 'meterUnitsMany'
  | 'resources'
  | 'events'
  | 'kinds'
  | 'columns'
  | 'statistics'
  | 'distributions'
  | 'roles'
  | 'auditActions'
  | 'auditTargets'
  | 'problems';

/** Words for keys that come from the API and so are not known when this is compiled. */
export function useTerms() {
  const { i18n } = useTranslation();
  const format = useFormat();
  const find = (key: string, ns: string, fallback: string): string =>
    String(i18n.t(key as never, { ns, defaultValue: fallback } as never));
  const name = (group: TermGroup, key: string, fallback = key) =>
    find(`terms.${group}.${key}`, 'translation', fallback);
  const known = i18n.getResource(i18n.language, 'api', 'sentences') as Sentences | undefined;
  const nameOf = (key: string) => IN_SENTENCES.reduce((found, group) => name(group, key, found), key);
  const sentences = (english: string) => {
    const text = english.replace(TIME, (iso) => format.dateTime(iso));
    return known ? translateSentences(text, known, nameOf) : text;
  };
  return {
    /** The catalogue's name of a key; else the fallback, which is the key itself if none is given. */
    name,
    /** A text that the API wrote in English, in the language of the page where we have it. */
    text: (path: string, english: string) => find(path, 'api', english),
    /** What the API composed of sentences with numbers and names, in the language of the page as far as we have it. */
    sentences,
    /** What went wrong, in the language of the page: what each error of a code says alike, or else what this one says. */
    problem: ({ code, detail }: { code: string; detail: string }) => find(`problems.${code}`, 'api', sentences(detail)),
  };
}
