import { describe, expect, it, vi } from 'vitest';
import { Problem } from '../../platform/errors/problem.js';
import { readLabelFile, WRITERS, type WrittenText } from './label-files.js';
import type { LabelFormat } from './labelling.schema.js';

const read = (content: string | object, format: LabelFormat) =>
  readLabelFile(Buffer.from(typeof content === 'string' ? content : JSON.stringify(content)), format);

const TEXTS: WrittenText[] = [
  { text: 'Where is my card?', labels: ['card arrival'] },
  { text: '我的卡还没到\n请帮忙查一下', labels: ['卡片', '物流'] },
  { text: '👩‍👩‍👧 thanks "a lot", \\ tabs\tand\r\nlines\u2028and more', labels: ['👍 praise'] },
  { text: ' nobody has said yet ', labels: [] },
];

async function* all() {
  yield* TEXTS;
}

/** Where and what is wrong. */
function errorsOf(content: string | object, format: LabelFormat) {
  try {
    read(content, format);
  } catch (error) {
    expect(error).toMatchObject({ status: 400, code: 'bad_label_file' });
    return (error as Problem).errors!.map(({ path, message }) => `${path} ${message}`);
  }
  throw new Error('was taken');
}

const task = (result: unknown, more: object = {}) => [{ data: { text: 'a' }, annotations: [{ result, ...more }] }];
const choices = (list: unknown, from_name = 'label') => ({
  from_name,
  to_name: 'text',
  type: 'choices',
  value: { choices: list },
});

describe('a file of texts to label', () => {
  it.each(['label-studio', 'doccano'] as const)('of %s is the same after it was written and read', async (format) => {
    const pieces: string[] = [];
    for await (const piece of WRITERS[format](all())) pieces.push(piece);
    const found = read(pieces.join(''), format).map(({ text, labels }) => ({ text, labels }));
    expect(found).toEqual(TEXTS);
    if (format === 'doccano') expect(pieces.join('').trimEnd().split('\n')).toHaveLength(TEXTS.length);
    else expect(JSON.parse(pieces.join(''))[0]).toMatchObject({ id: 1, data: { text: TEXTS[0]!.text } });
  });

  it('of lines holds a text on each, and no empty one', () => {
    expect(read('one\r\n\n二二 \n', 'text').map(({ text, where }) => [text, where])).toEqual([
      ['one', 'line 1'],
      ['二二 ', 'line 3'],
    ]);
  });

  it('of Label Studio says what the last annotation says that was not cancelled; predictions say nothing', () => {
    const annotations = [
      { result: [choices(['old'])] },
      { result: [choices(['b', 'a'])] },
      { result: [choices(['no'])], was_cancelled: true },
    ];
    const predictions = [{ result: [choices(['guess'])] }];
    expect(read([{ data: { text: 'x' }, annotations, predictions }], 'label-studio')[0]!.labels).toEqual(['a', 'b']);
    expect(read([{ data: { text: 'x' }, predictions }], 'label-studio')[0]!.labels).toEqual([]);
    expect(read(task([]), 'label-studio')[0]!.labels).toEqual([]);
    expect(read(task([choices(['no'])], { was_cancelled: true }), 'label-studio')[0]!.labels).toEqual([]);
  });

  it.each<[LabelFormat, string | object, RegExp]>([
    ['label-studio', '[{]', /^file is not JSON: .*position 2/],
    ['label-studio', { data: { text: 'a' } }, /^file must be a JSON list of tasks/],
    ['label-studio', ['a'], /^\[0\] must be a task/],
    ['label-studio', [{ text: 'a' }], /^\[0\]\.data must be a JSON object/],
    ['label-studio', [{ data: { review: 'a' } }], /^\[0\]\.data\.text must be a text/],
    ['label-studio', [{ data: { text: ' ' } }], /^\[0\]\.data\.text is empty/],
    ['label-studio', [{ data: { text: 'a\0' } }], /^\[0\]\.data\.text must not hold NUL/],
    ['label-studio', [{ data: { text: 'a'.repeat(10_001) } }], /^\[0\]\.data\.text must be at most 10000 characters/],
    ['label-studio', [{ data: { text: 'a' }, annotations: {} }], /^\[0\]\.annotations must be a list/],
    ['label-studio', task('a'), /^\[0\]\.annotations\[0\]\.result must be a list/],
    ['label-studio', task([null]), /^\[0\]\.annotations\[0\]\.result\[0\] must be a JSON object/],
    [
      'label-studio',
      task([{ type: 'labels', value: { start: 0, end: 1, labels: ['A'] } }]),
      /result\[0\]\.type must be choices/,
    ],
    ['label-studio', task([choices('a')]), /value\.choices must be a list/],
    ['label-studio', task([choices(['a|b'])]), /value\.choices\[0\] must not hold \|/],
    ['label-studio', task([choices(['a'], 'x'), choices(['b'], 'y')]), /result answers several questions/],
    ['doccano', '{"text":"a"}\n{"text":', /^line 2 is not JSON/],
    ['doccano', '[1]', /^line 1 must be a JSON object/],
    ['doccano', '{"label":["a"]}', /^line 1, text must be a text/],
    ['doccano', '{"text":"a","label":"b"}', /^line 1, label must be a list/],
    ['doccano', '{"text":"a","label":[[0,1,"PER"]]}', /^line 1, label\[0\] must be the name of a label/],
    ['doccano', '{"text":"a","label":[""]}', /^line 1, label\[0\] must be a label of 1 to 256/],
    [
      'doccano',
      { text: 'a', label: Array.from({ length: 33 }, (_, i) => String(i)) },
      /^line 1, label must be at most 32 labels/,
    ],
    ['text', '\n \n', /^file holds no text/],
  ])('of %s that is wrong says where and what: %#', (format, content, expected) => {
    expect(errorsOf(content, format)[0]).toMatch(expected);
  });

  it('that is no UTF-8 is refused, and of many mistakes the first twenty are named', () => {
    expect(() => readLabelFile(Buffer.from([0x63, 0xe9, 0x0a]), 'text')).toThrow(/is not UTF-8/);
    const lines = Array.from({ length: 30 }, () => '{}').join('\n');
    expect(errorsOf(lines, 'doccano')).toHaveLength(20);
    expect(() => read(lines, 'doccano')).toThrow(/line 1, text: must be a text, and 29 more\./);
  });

  it('that is wrong throughout, or holds more than may wait, is read no further than that shows', () => {
    const shown = vi.spyOn(JSON, 'parse');
    try {
      expect(() => read('x\n'.repeat(1_000_000), 'doccano')).toThrow(/line 1: is not JSON: .*, and 99 more\./);
      expect(shown).toHaveBeenCalledTimes(100);
    } finally {
      shown.mockRestore();
    }
    expect(errorsOf(task([choices(Array.from({ length: 100_000 }, () => '|'))]), 'label-studio')).toHaveLength(1);
    const lines = Array.from({ length: 100_001 }, (_, i) => `text ${i}`);
    expect(read(lines.slice(1).join('\n'), 'text')).toHaveLength(100_000);
    expect(() => read(lines.join('\r\n'), 'text')).toThrow(/At most 100000 texts of a data set may wait/);
    // A text waits once, however often a file holds it.
    expect(read('again\n'.repeat(1_000_000), 'text')).toEqual([{ text: 'again', labels: [], where: 'line 1' }]);
  });
});
