import { LABEL_SEPARATOR } from '../../models/kinds/kind.js';
import { BOUNDS } from '../../platform/bounds.js';
import type { ProblemField } from '../../platform/errors/problem.js';
import { badLabelFile, tooManyTextsToLabel } from './labelling.errors.js';
import { labelSchema, type LabelFormat } from './labelling.schema.js';

/** A text of a file, with what it is; without labels where the file does not say. */
export interface LabelledText {
  text: string;
  labels: string[];
  /** Where in the file, for whoever wrote it. */
  where: string;
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Postgres stores neither. */
const UNSTORABLE = /[\0\p{Cs}]/u;

/** Nobody corrects more by what one answer says. */
const ERRORS_MAX = 100;

/** Gathers what is wrong, so that a file is corrected once; of a file that is wrong or too much throughout it reads no more than says so. */
class Reading {
  readonly texts: LabelledText[] = [];
  readonly errors: ProblemField[] = [];
  /** Texts without labels, each of which waits once. */
  private readonly open = new Set<string>();

  wrong(path: string, message: string): void {
    this.errors.push({ path, message });
    if (this.errors.length === ERRORS_MAX) throw badLabelFile(this.errors);
  }

  add(where: string, field: string, text: unknown, labels: string[]): void {
    const problem = problemOf(text);
    if (problem) return this.wrong(field, problem);
    if (labels.length === 0) {
      if (this.open.has(text as string)) return;
      this.open.add(text as string);
      if (this.open.size > BOUNDS.textsToLabel.most) throw tooManyTextsToLabel(BOUNDS.textsToLabel.most);
    }
    this.texts.push({ text: text as string, labels, where });
  }

  /** @returns each once, in the order of their code points, as the data set holds them; none where one is wrong, which is noted */
  labels(path: string, said: unknown): string[] {
    if (!Array.isArray(said)) {
      this.wrong(path, 'must be a list of labels');
      return [];
    }
    if (said.length > BOUNDS.labels.most) {
      this.wrong(path, `must be at most ${BOUNDS.labels.most} labels`);
      return [];
    }
    const checked = said.map((label, place) => {
      const found = labelSchema.safeParse(label);
      if (!found.success) this.wrong(`${path}[${place}]`, labelProblem(label));
      return found.success ? found.data : '';
    });
    return [...new Set(checked)].sort();
  }
}

function problemOf(text: unknown): string | null {
  if (typeof text !== 'string') return 'must be a text';
  if (text.trim() === '') return 'is empty';
  if (text.length > BOUNDS.passageCharacters.most) return `must be at most ${BOUNDS.passageCharacters.most} characters`;
  return UNSTORABLE.test(text) ? 'must not hold NUL characters or halves of surrogate pairs' : null;
}

function labelProblem(label: unknown): string {
  if (typeof label !== 'string') return 'must be the name of a label';
  if (label.includes(LABEL_SEPARATOR)) return `must not hold ${LABEL_SEPARATOR}`;
  return `must be a label of 1 to ${BOUNDS.idCharacters.most} characters, without control characters`;
}

/**
 * Reads a whole file of texts, with or without labels.
 *
 * @throws Problem 400 that names what is wrong by where it stands, 409 where more texts than may wait have no label; then nothing of the file is to be taken
 */
export function readLabelFile(bytes: Uint8Array, format: LabelFormat): LabelledText[] {
  const reading = new Reading();
  READERS[format](decode(bytes), reading);
  if (reading.errors.length > 0) throw badLabelFile(reading.errors);
  if (reading.texts.length === 0) throw badLabelFile([{ path: 'file', message: 'holds no text' }]);
  return reading.texts;
}

function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw badLabelFile([{ path: 'file', message: 'is not UTF-8' }]);
  }
}

/** The lines that hold anything, with their numbers, one after another: a file may be nothing but line ends. */
function* linesOf(content: string, ends: readonly string[]): Generator<[line: string, number: number]> {
  let number = 1;
  for (let from = 0, at = 0; at <= content.length; at++) {
    if (at < content.length && !ends.includes(content[at]!)) continue;
    const line = content.slice(from, at);
    if (line.trim() !== '') yield [line, number];
    if (content[at] === '\r' && content[at + 1] === '\n') at++;
    from = at + 1;
    number++;
  }
}

const READERS: Record<LabelFormat, (content: string, reading: Reading) => void> = {
  text(content, reading) {
    for (const [line, number] of linesOf(content, ['\n', '\r']))
      reading.add(`line ${number}`, `line ${number}`, line, []);
  },

  /** A list of tasks, whose text stands in `data.text` and whose labels are choices: https://labelstud.io/guide/task_format */
  'label-studio'(content, reading) {
    let tasks: unknown;
    try {
      tasks = JSON.parse(content);
    } catch (error) {
      return reading.wrong('file', `is not JSON: ${(error as Error).message}`);
    }
    if (!Array.isArray(tasks)) return reading.wrong('file', 'must be a JSON list of tasks');
    tasks.forEach((task: unknown, place) => {
      const where = `[${place}]`;
      if (!isObject(task)) return reading.wrong(where, 'must be a task, which is a JSON object');
      if (!isObject(task['data'])) return reading.wrong(`${where}.data`, 'must be a JSON object with the text');
      reading.add(where, `${where}.data.text`, task['data']['text'], choicesOf(task['annotations'], where, reading));
    });
  },

  /** An object a line, with `text` and the list `label`: https://doccano.github.io/doccano/ (text classification) */
  doccano(content, reading) {
    for (const [line, number] of linesOf(content, ['\n'])) {
      const where = `line ${number}`;
      let row: unknown;
      try {
        row = JSON.parse(line);
      } catch (error) {
        reading.wrong(where, `is not JSON: ${(error as Error).message}`);
        continue;
      }
      if (!isObject(row)) {
        reading.wrong(where, 'must be a JSON object');
        continue;
      }
      const labels = reading.labels(`${where}, label`, row['label'] ?? []);
      reading.add(where, `${where}, text`, row['text'], labels);
    }
  },
};

/** The last annotation that was not cancelled says what a text is; what models predicted says nothing. */
function choicesOf(annotations: unknown, where: string, reading: Reading): string[] {
  if (annotations === undefined || annotations === null) return [];
  if (!Array.isArray(annotations)) {
    reading.wrong(`${where}.annotations`, 'must be a list');
    return [];
  }
  const place = annotations.findLastIndex((each) => !(isObject(each) && each['was_cancelled'] === true));
  if (place < 0) return [];
  const path = `${where}.annotations[${place}].result`;
  const result = (annotations[place] as Record<string, unknown> | null)?.['result'];
  if (!Array.isArray(result)) {
    reading.wrong(path, 'must be a list');
    return [];
  }
  const askedBy = new Set(result.map((each: unknown) => (isObject(each) ? each['from_name'] : undefined)));
  if (askedBy.size > 1) reading.wrong(path, 'answers several questions, of which a data set holds one');
  return [...new Set(result.flatMap((each: unknown, i) => choiceOf(each, `${path}[${i}]`, reading)))].sort();
}

function choiceOf(region: unknown, path: string, reading: Reading): string[] {
  if (!isObject(region)) {
    reading.wrong(path, 'must be a JSON object');
    return [];
  }
  if (region['type'] !== 'choices') {
    reading.wrong(`${path}.type`, 'must be choices, which alone say what a whole text is');
    return [];
  }
  const value = region['value'];
  return reading.labels(`${path}.value.choices`, isObject(value) ? value['choices'] : undefined);
}

/** A row of the data set, or a text without a label. */
export type WrittenText = Pick<LabelledText, 'text' | 'labels'>;

/** Files that {@link readLabelFile} reads, in pieces. */
export const WRITERS: Record<
  Exclude<LabelFormat, 'text'>,
  (rows: AsyncIterable<WrittenText>) => AsyncGenerator<string>
> = {
  async *'label-studio'(rows) {
    let id = 0;
    yield '[';
    for await (const { text, labels } of rows) {
      id++;
      const result = [
        { id: `label-${id}`, from_name: 'label', to_name: 'text', type: 'choices', value: { choices: labels } },
      ];
      const annotations = labels.length > 0 ? [{ id, was_cancelled: false, result }] : [];
      yield `${id > 1 ? ',' : ''}\n${JSON.stringify({ id, data: { text }, annotations, predictions: [] })}`;
    }
    yield '\n]\n';
  },

  async *doccano(rows) {
    let id = 0;
    for await (const { text, labels } of rows)
      yield `${JSON.stringify({ id: ++id, text, label: labels, Comments: [] })}\n`;
  },
};
