/** Translations by what the API writes, in which `{{name}}` stands for what differs: a value, or a part that has a translation of its own. */
export type Sentences = Record<string, string>;

const BETWEEN_SENTENCES = /(?<=\.) (?=[A-Z\d])/;
const SYNTAX = /[.*+?^${}()|[\]\\]/g;
const VARIABLE = /\{\{(\w+)\}\}/g;

/**
 * Translates what is known of a text that the API composed; other sentences stay in English.
 *
 * @param nameOf gives the name of a key, such as a recipe's, and anything else as it is
 */
export function translateSentences(english: string, known: Sentences, nameOf: (value: string) => string): string {
  const patterns = Object.entries(known).map(([pattern, text]) => ({ pattern: toRegExp(pattern), text }));
  const translate = (part: string): string => {
    for (const { pattern, text } of patterns) {
      const match = pattern.exec(part);
      if (match) return text.replace(VARIABLE, (_, name: string) => translate(match.groups![name]!));
    }
    return nameOf(part);
  };
  return english.split(BETWEEN_SENTENCES).map(translate).join(' ').replaceAll('。 ', '。');
}

function toRegExp(pattern: string): RegExp {
  const source = pattern
    .split(VARIABLE)
    .map((part, i) => (i % 2 === 0 ? part.replace(SYNTAX, '\\$&') : `(?<${part}>.+?)`));
  return new RegExp(`^${source.join('')}$`, 'su');
}
