import { type Column, type Kind, LABEL_SEPARATOR, sqlType } from '../../models/kinds/kind.js';
import { BOUNDS } from '../../platform/bounds.js';
import { quoteName, quoteText } from '../../platform/tables/tables.js';
import { asIsoTime, asNumber, type CellFormats } from './cell-formats.js';

/** In Unix seconds. */
const YEAR_9999_END = 253_402_300_799;
const ID_CHARACTERS = BOUNDS.idCharacters.most;
/** What JavaScript's `trim` takes, and what calls may not have at the ends of a text. */
const WHITE_SPACE = String.raw`[\s\v\p{Z}\x{AD}\x{200B}-\x{200F}\x{2060}-\x{2064}\x{FEFF}]+`;

const NO_TIME = '" is no time from 1970 to 9999, as Unix time or ISO 8601';
const NO_NUMBER = '" is not a finite number';
const EITHER_NUMBER =
  '" may have its comma before decimals or between thousands: say which with decimal=comma or decimal=point';
const EITHER_DATE = '" may have its day or its month first: say which with dates=day_first or dates=month_first';

/** Where a file has each column of its kind: the index of its header; absent columns are left out. */
export type FoundColumns = Map<string, number>;

/** What may be wrong with a row; SQL over the cells `c0`, `c1` … of the file. */
export interface Check {
  /** Index in the file; null where the row as a whole is wrong. */
  index: number | null;
  isWrong: string;
  message: string;
}

/** What is asked of every row of a file; `readContent` carries it out, and asks what no row tells alone: repeats, too many values. */
export function checksOf(kind: Kind, names: string[], columns: FoundColumns, formats: CellFormats): Check[] {
  const checks = [...columns].flatMap(([column, index]) => columnChecks(kind, column, index, formats));
  return kind.others === 'attributes' ? [...checks, ...attributeChecks(names, columns)] : checks;
}

function columnChecks(kind: Kind, column: string, index: number, formats: CellFormats): Check[] {
  const { type, isRequired, values } = kind.columns[column]!;
  const cell = `c${index}`;
  const check = (isWrong: string, message: string) => ({ index, isWrong, message });
  const isEmpty = check(`coalesce(trim(${cell}), '') = ''`, quoteText(`${column} is empty`));
  const required = isRequired ? [isEmpty] : [];
  // No call could name it: NUL is refused in every request.
  const holdsNul = check(`contains(${cell}, chr(0))`, quoteText(`${column} holds a NUL character`));
  const isLonger = (text: string, most: number, what = column) =>
    check(`length(${text}) > ${most}`, quoteText(`${what} is longer than ${most} characters`));
  const isNoneOf = (allowed: readonly string[]) =>
    check(
      `trim(${cell}) <> '' AND lower(trim(${cell})) NOT IN (${allowed.map(quoteText).join(', ')})`,
      `'"' || left(${cell}, 40) || '" is none of ${allowed.join(', ')}'`,
    );
  switch (type) {
    case 'id':
    case 'text':
      return [...required, isLonger(cell, ID_CHARACTERS), holdsNul, ...(values ? [isNoneOf(values)] : [])];
    case 'passage':
      return [...required, isLonger(cell, BOUNDS.passageCharacters.most), holdsNul];
    case 'labels': {
      const { most } = BOUNDS.labels;
      return [
        ...required,
        holdsNul,
        check(`len(${labelsOf(cell)}) > ${most}`, quoteText(`the row has more than ${most} labels`)),
        check(
          `len(list_filter(${labelsOf(cell)}, label -> length(label) > ${ID_CHARACTERS})) > 0`,
          quoteText(`a label is longer than ${ID_CHARACTERS} characters`),
        ),
      ];
    }
    case 'number':
      return [
        ...required,
        check(
          `${cell} IS NOT NULL AND NOT coalesce(isfinite(try_cast(${asNumber(index, formats)} AS DOUBLE)), false)`,
          `'"' || left(${cell}, 40) || ${
            formats.numbers.get(index) === 'either'
              ? `CASE WHEN contains(${cell}, ',') THEN ${quoteText(EITHER_NUMBER)} ELSE ${quoteText(NO_NUMBER)} END`
              : quoteText(NO_NUMBER)
          }`,
        ),
      ];
    case 'time':
      return [
        ...required,
        check(
          `${cell} IS NOT NULL AND ${unixSeconds(asIsoTime(index, formats))} IS NULL`,
          `'"' || left(${cell}, 40) || ${quoteText(formats.times.get(index) === 'either' ? EITHER_DATE : NO_TIME)}`,
        ),
      ];
  }
}

/** Each attribute alone, and all together as the JSON that an answer holds. */
function attributeChecks(names: string[], columns: FoundColumns): Check[] {
  const attributes = attributesOf(names, columns);
  const { cellBytes, attributeBytes } = BOUNDS;
  const checks: Check[] = attributes.map(({ index }) => ({
    index,
    isWrong: `strlen(c${index}) > ${cellBytes.most}`,
    message: quoteText(`the cell is longer than ${cellBytes.most} bytes: shorten it`),
  }));
  if (attributes.length === 0) return checks;
  const object = attributes.map(({ name, index }) => `${quoteText(name)}, c${index}`).join(', ');
  const message = quoteText(
    `the attributes together are longer than ${attributeBytes.most} bytes of JSON: leave some out`,
  );
  return [
    ...checks,
    { index: null, isWrong: `strlen(json_object(${object})::VARCHAR) > ${attributeBytes.most}`, message },
  ];
}

/** The headers that are no column of the kind, with their indices. */
function attributesOf(names: string[], columns: FoundColumns): { name: string; index: number }[] {
  const known = new Set(columns.values());
  return names.map((name, index) => ({ name, index })).filter(({ name, index }) => name !== '' && !known.has(index));
}

/** The columns that are kept, each of its type, as a list of SQL expressions. */
export function typedColumns(kind: Kind, names: string[], columns: FoundColumns, formats: CellFormats): string {
  const typed = Object.entries(kind.columns).map(([column, known]) => {
    const index = columns.get(column);
    return `${index === undefined ? 'NULL' : valueOf(known, index, formats)}::${sqlType(known.type)} AS ${quoteName(column)}`;
  });
  if (kind.others === 'ignored') return typed.join(', ');
  return [...typed, ...attributesOf(names, columns).map(({ name, index }) => `c${index} AS ${quoteName(name)}`)].join(
    ', ',
  );
}

function valueOf({ type, values }: Column, index: number, formats: CellFormats): string {
  const cell = `c${index}`;
  if (values) return `nullif(lower(trim(${cell})), '')`;
  if (type === 'id') return `trim(${cell})`;
  if (type === 'labels') return `nullif(array_to_string(${labelsOf(cell)}, ${quoteText(LABEL_SEPARATOR)}), '')`;
  if (type === 'number') return asNumber(index, formats);
  return type === 'time' ? unixSeconds(asIsoTime(index, formats)) : cell;
}

/** SQL of the labels in a cell: trimmed as a call's are, without empty ones, each once, in order. */
function labelsOf(cell: string): string {
  const parts = `string_split(${cell}, ${quoteText(LABEL_SEPARATOR)})`;
  // SQL's trim leaves tabs and line breaks.
  const trimmed = `list_transform(${parts}, part -> regexp_replace(part, '^${WHITE_SPACE}|${WHITE_SPACE}$', '', 'g'))`;
  return `list_sort(list_distinct(list_filter(${trimmed}, part -> part <> '')))`;
}

/** As spreadsheets and browsers of some countries write the time of day. */
const CLOCKS_OF_TWELVE = `'%Y-%m-%d %I:%M:%S %p', '%Y-%m-%d %I:%M %p'`;

/** Unix seconds from seconds, milliseconds (past 10¹¹) or ISO 8601, without an offset UTC; NULL outside 1970 to 9999. */
function unixSeconds(cell: string): string {
  const number = `try_cast(${cell} AS DOUBLE)`;
  const hasOffset = `regexp_matches(${cell}, ':\\d\\d(\\.\\d+)?\\s*(Z|[+-]\\d\\d(:?\\d\\d)?)$')`;
  const seconds = `CASE
    WHEN ${number} > 1e11 THEN ${number} / 1000
    WHEN ${number} IS NOT NULL THEN ${number}
    WHEN ${hasOffset} THEN epoch(try_cast(${cell} AS TIMESTAMPTZ))
    ELSE epoch(coalesce(try_cast(${cell} AS TIMESTAMP), try_strptime(${cell}, [${CLOCKS_OF_TWELVE}]))) END`;
  return `(CASE WHEN (${seconds}) BETWEEN 0 AND ${YEAR_9999_END} THEN (${seconds}) END)`;
}
