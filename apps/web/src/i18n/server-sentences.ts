/** Translations by what the API writes, in which `{{name}}` stands for what differs: a value, or a part that has a translation of its own. */
export type Sentences = Record<string, string>;

interface Pattern {
  expression: RegExp;
  text: string;
  /** Characters that do not differ. */
  length: number;
  /** Of several sentences, which are translated together. */
  isWhole: boolean;
}

const BETWEEN_SENTENCES = /(?<=\.) (?=[A-Z\d])/;
const SYNTAX = /[.*+?^${}()|[\]\\]/g;
const VARIABLE = /\{\{(\w+)\}\}/g;

/** Variables of these names hold what a customer wrote, which stays as it is whatever it says. */
const CUSTOMERS = new Set(['cell', 'column', 'headers', 'item', 'label', 'name', 'user', 'value']);

const compiled = new WeakMap<Sentences, Pattern[]>();

/**
 * Translates what is known of a text that the API composed; other sentences stay in English.
 *
 * @param nameOf gives the name of a key, such as a recipe's, and anything else as it is
 */
export function translateSentences(english: string, known: Sentences, nameOf: (value: string) => string): string {
  const patterns = patternsOf(known);
  const translate = (part: string, found: Pattern[]): string | undefined => {
    for (const { expression, text } of found) {
      const match = expression.exec(part);
      if (!match) continue;
      return text.replace(VARIABLE, (_, name: string) => {
        const value = match.groups![name]!;
        return CUSTOMERS.has(name) ? value : translatePart(value);
      });
    }
    return undefined;
  };
  const translatePart = (part: string): string => translate(part, patterns) ?? nameOf(part);
  const whole = translate(
    english,
    patterns.filter(({ isWhole }) => isWhole),
  );
  if (whole !== undefined) return whole;
  // What begins with a customer's cell is one sentence, whatever stands in the cell.
  const sentences = english.startsWith('"') ? [english] : english.split(BETWEEN_SENTENCES);
  return sentences.map(translatePart).join(' ').replaceAll('。 ', '。');
}

/** Those that say most come first, as what is said loosely fits much else too. */
function patternsOf(known: Sentences): Pattern[] {
  let patterns = compiled.get(known);
  if (!patterns) {
    patterns = Object.entries(known).map(([pattern, text]) => ({
      expression: toRegExp(pattern),
      text,
      length: pattern.replace(VARIABLE, '').length,
      isWhole: BETWEEN_SENTENCES.test(pattern),
    }));
    patterns.sort((a, b) => b.length - a.length);
    compiled.set(known, patterns);
  }
  return patterns;
}

function toRegExp(pattern: string): RegExp {
  const source = pattern
    .split(VARIABLE)
    .map((part, i) => (i % 2 === 0 ? part.replace(SYNTAX, '\\$&') : `(?<${part}>.+?)`));
  return new RegExp(`^${source.join('')}$`, 'su');
}
