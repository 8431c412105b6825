import { bucketsOf } from './buckets.js';
import type { Finding, Kind } from './kind.js';

/** Below these a classifier's metrics say little. */
const ROWS_ADVISED = 100;
const ROWS_OF_LABEL_ADVISED = 5;
const LARGEST_LABEL_SHARE = 0.9;
/** What training takes. */
export const LABELS_MAX = 1_000;

export const labelledTexts = {
  summary:
    'Texts with what they are about: one row for each text, with one label or several. Rows without one are not learnt from.',
  columns: {
    text: {
      type: 'passage',
      spellings: ['text', 'Text', 'TEXT', 'review', 'utterance', 'sentence', 'message', 'content', 'body'],
      guesses: ['question', 'comment', 'description', 'query', '文本', '内容', '评论'],
      meaning: 'the text',
      isRequired: true,
    },
    label: {
      type: 'labels',
      spellings: ['label', 'labels', 'category', 'class', 'intent', 'sentiment', 'Label', 'CLASS'],
      guesses: ['topic', 'tag', 'target', '标签', '类别'],
      meaning: 'the label, or several with | between them',
    },
    language: {
      type: 'text',
      spellings: ['language', 'lang', 'locale'],
      meaning: 'the language, such as en or zh',
      isCategory: true,
    },
    split: {
      type: 'text',
      spellings: ['split', 'partition'],
      meaning: 'what the row is for: train to learn from, test to measure on',
      values: ['train', 'validation', 'test'],
    },
  },
  others: 'ignored',
  correctedBy: 'text',
  statistics: {
    labelled: { sql: 'count(label)', type: 'count', meaning: 'Rows with a label' },
    labels: {
      sql: "(SELECT count(DISTINCT part) FROM (SELECT unnest(string_split(label, '|')) AS part FROM accepted))",
      type: 'count',
      meaning: 'Distinct labels',
    },
    rareLabels: {
      sql: `(SELECT count(*) FROM (SELECT part FROM (SELECT unnest(string_split(label, '|')) AS part FROM accepted) GROUP BY part HAVING count(*) < ${ROWS_OF_LABEL_ADVISED}))`,
      type: 'count',
      meaning: `Labels with fewer than ${ROWS_OF_LABEL_ADVISED} rows`,
    },
    contradictions: {
      sql: '(SELECT count(*) FROM (SELECT text FROM accepted WHERE label IS NOT NULL GROUP BY text HAVING count(DISTINCT label) > 1))',
      type: 'count',
      meaning: 'Texts that stand on several rows with different labels',
    },
    characters: { sql: 'sum(length(text))', type: 'count', meaning: 'Characters' },
  },
  report: {
    unlabelled: { sql: 'count(*) - count(label)', type: 'count', meaning: 'Rows without a label' },
    duplicates: {
      sql: 'count(*) - count(DISTINCT hash(text))',
      type: 'count',
      meaning: 'Rows whose text stands on another row too',
    },
    largestLabel: {
      sql: `(SELECT max(size) / sum(size) FROM (SELECT count(*) AS size FROM (SELECT unnest(string_split(label, '|')) AS part FROM accepted) GROUP BY part))`,
      type: 'share',
      meaning: 'Of all labels given, those that are the most frequent one',
    },
  },
  distributions: {
    ofLabels: {
      sql: `SELECT left(part, 40) AS label, count(*) AS count FROM (SELECT unnest(string_split(label, '|')) AS part FROM accepted)
        GROUP BY part ORDER BY count(*) DESC, part LIMIT 30`,
      labels: 'texts',
      meaning: 'The most frequent labels',
    },
    ofLengths: {
      sql: bucketsOf('SELECT length(text) AS size FROM accepted', [20, 50, 100, 200, 500, 1_000, 5_000]),
      labels: 'texts',
      meaning: 'Texts by their length in characters',
    },
  },
  meters: { ingested: 'texts_ingested', stored: 'stored_texts' },
  quota: 'texts_held',
  rowBytes: 4_096,
  judge(rows, statistics) {
    const count = (name: string) => Number(statistics[name] ?? 0);
    const [labelled, labels, largest] = [count('labelled'), count('labels'), count('largestLabel')];
    const findings: Finding[] = [];
    const find = (code: string, sentence: string, parameters: Record<string, number>, blocks = false) =>
      findings.push({ code, sentence, parameters, blocks });
    if (labelled === 0)
      find(
        'no_labels',
        `None of the ${rows} rows has a label: name the column that holds it, or add labels.`,
        { rows },
        true,
      );
    else if (labels < 2) find('one_label', 'All rows have the same label: a classifier needs at least two.', {}, true);
    if (labelled > 0 && labelled < ROWS_ADVISED)
      find('few_labelled', `There are ${labelled} rows with a label; the metrics say little below ${ROWS_ADVISED}.`, {
        rows: labelled,
        least: ROWS_ADVISED,
      });
    if (labels > LABELS_MAX)
      find(
        'too_many_labels',
        `There are ${labels} labels, and a classifier takes at most ${LABELS_MAX}: is it the right column?`,
        { labels, most: LABELS_MAX },
        true,
      );
    if (labels >= 2 && count('rareLabels') > 0)
      find(
        'rare_labels',
        `${count('rareLabels')} labels have fewer than ${ROWS_OF_LABEL_ADVISED} rows each; they will rarely be found.`,
        { labels: count('rareLabels'), least: ROWS_OF_LABEL_ADVISED },
      );
    if (count('contradictions') > 0)
      find('contradictions', `${count('contradictions')} texts stand on several rows with different labels.`, {
        texts: count('contradictions'),
      });
    if (labels >= 2 && largest > LARGEST_LABEL_SHARE)
      find(
        'unbalanced',
        `${Math.round(100 * largest)} % of the labels are the same one: a model that always answers it looks good, and is not.`,
        { share: largest },
      );
    return findings;
  },
  enough: (_, { labelled, labels }) =>
    `There are ${Number(labelled ?? 0)} rows with a label, of ${Number(labels ?? 0)} different ones.`,
} satisfies Kind;
