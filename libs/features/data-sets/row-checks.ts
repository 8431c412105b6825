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

/** What may be wrong with a row. */
export interface Check {
  /** Index in the file; null where the row as a whole is wrong. */
  index: number | null;
  /** SQL over the cells `c0`, `c1` … of the file and what {@link readings} makes of them. */
  isWrong: string;
  /** SQL over the cells. */
  message: string;
}

/** Rows with what is wrong with each, as SQL. */
export interface CheckedRows {
  /** Of the cells, with what is read of them and, in `reason`, which check found the row wrong, NULL for none. */
  rows: string;
  /** The columns that are kept, by name, each with what it is in `rows`. */
  kept: [name: string, cell: string][];
  /** Of every row: what is kept, `part`, `reason` and `message`, and of the wrong ones the cells that have a format. */
  draft: string;
  /** The columns that are kept, by name, each with what it is in `draft`. */
  drafted: [name: string, cell: string][];
  /** The header of the column that is wrong, of a row of `draft`. */
  columnOf: string;
  /** The cell below the header `column_name` of a wrong row of `draft`, NULL where the row as a whole is wrong. */
  valueOf: string;
  /** What is asked of each row by itself, over what `rows` has. */
  checks: Check[];
}

/** Stands in the error of a statement that met a wrong row. */
export const WRONG_ROW = 'kindred: a row is wrong';

/** Checks rows that have `part`, `problem` and a cell for each of `names`. */
export function checkRows(
  kind: Kind,
  names: string[],
  columns: FoundColumns,
  formats: CellFormats,
  from: string,
): CheckedRows {
  const checks: Check[] = [
    { index: null, isWrong: 'problem IS NOT NULL', message: 'problem' },
    ...checksOf(kind, names, columns, formats),
  ];
  const reason = `CASE ${checks.map(({ isWrong }, place) => `WHEN ${isWrong} THEN ${place}`).join(' ')} END::SMALLINT`;
  const read = readings(kind, columns, formats).reduce(
    (inner, layer) => (layer.length > 0 ? `SELECT *, ${layer.join(', ')} FROM (${inner})` : inner),
    from,
  );
  const rows = `SELECT *, ${reason} AS reason FROM (${read})`;
  const typed = typedColumns(kind, columns);
  const attributes = kind.others === 'ignored' ? [] : attributesOf(kind, names, columns);
  const cellsOfAttributes = attributes.map(({ name, index }): [string, string] => [name, `c${index}`]);
  const ofReason = (pick: (check: Check) => string) =>
    `CASE reason ${checks.map((check, place) => `WHEN ${place} THEN ${pick(check)}`).join(' ')} END`;
  const drafted = [
    'part',
    ...typed.map(([name, value]) => `${value} AS ${quoteName(name)}`),
    ...cellsOfAttributes.map(([, cell]) => cell),
    ...unlikeCells(kind, columns).map((index) => `CASE WHEN reason IS NOT NULL THEN c${index} END AS c${index}`),
    'reason',
    `${ofReason(({ message }) => message)} AS message`,
  ];
  const unlike = unlikeCells(kind, columns);
  const cellOf = (column: string, index: number) => (unlike.includes(index) ? `c${index}` : quoteName(column));
  const shown: [header: string, cell: string][] = [
    ...[...columns].map(([column, index]): [string, string] => [names[index]!, cellOf(column, index)]),
    ...cellsOfAttributes,
  ];
  return {
    rows,
    kept: [...typed, ...cellsOfAttributes],
    draft: `SELECT ${drafted.join(', ')} FROM (${rows})`,
    drafted: [...typed.map(([name]): [string, string] => [name, quoteName(name)]), ...cellsOfAttributes],
    columnOf: ofReason(({ index }) => (index === null ? 'NULL' : quoteText(names[index]!))),
    valueOf: `CASE column_name ${shown.map(([header, cell]) => `WHEN ${quoteText(header)} THEN ${cell}`).join(' ')} END`,
    checks,
  };
}

/**
 * What is made of the cells before they are checked and kept, so that it is made once: in layers, each over those before, a list of SQL expressions
 * with their names. Of the column at index i: `i…` ISO 8601, `n…` a number, `s…` Unix seconds, `t…` a trimmed text, `l…` labels.
 */
function readings(kind: Kind, columns: FoundColumns, formats: CellFormats): string[][] {
  const layers: [string[], string[], string[]] = [[], [], []];
  for (const [column, index] of columns) {
    const { type, values } = kind.columns[column]!;
    const cell = `c${index}`;
    if (type === 'number') layers[0].push(`try_cast(${asNumber(index, formats)} AS DOUBLE) AS n${index}`);
    if (type === 'id' || values) layers[0].push(`trim(${cell}) AS t${index}`);
    if (type === 'labels') layers[0].push(`${labelsOf(cell)} AS l${index}`);
    if (type === 'time') {
      layers[0].push(`${asIsoTime(index, formats)} AS i${index}`);
      layers[1].push(`try_cast(i${index} AS DOUBLE) AS n${index}`);
      layers[2].push(`${unixSeconds(`i${index}`, `n${index}`)} AS s${index}`);
    }
  }
  return layers;
}

/** The cells of which something else is kept than what they show. */
function unlikeCells(kind: Kind, columns: FoundColumns): number[] {
  return [...columns]
    .filter(([column]) => {
      const { type, values } = kind.columns[column]!;
      return values !== undefined || ['number', 'time', 'labels'].includes(type);
    })
    .map(([, index]) => index);
}

/** What is asked of every row of a file by itself; `readContent` asks what no row tells alone: repeats, too many values. */
export function checksOf(kind: Kind, names: string[], columns: FoundColumns, formats: CellFormats): Check[] {
  const checks = [...columns].flatMap(([column, index]) => columnChecks(kind, column, index, formats));
  return kind.others === 'attributes' ? [...checks, ...attributeChecks(kind, names, columns)] : checks;
}

function columnChecks(kind: Kind, column: string, index: number, formats: CellFormats): Check[] {
  const { type, isRequired, values } = kind.columns[column]!;
  const cell = `c${index}`;
  const check = (isWrong: string, message: string) => ({ index, isWrong, message });
  const text = type === 'id' || values ? `t${index}` : `trim(${cell})`;
  const isEmpty = check(`coalesce(${text}, '') = ''`, quoteText(`${column} is empty`));
  const required = isRequired ? [isEmpty] : [];
  // No call could name it: NUL is refused in every request.
  const holdsNul = check(`contains(${cell}, chr(0))`, quoteText(`${column} holds a NUL character`));
  // Of few bytes there are few characters, which need not be counted.
  const isLonger = (most: number) =>
    check(
      `CASE WHEN strlen(${cell}) <= ${most} THEN false ELSE length(${cell}) > ${most} END`,
      quoteText(`${column} is longer than ${most} characters`),
    );
  const isNoneOf = (allowed: readonly string[]) =>
    check(
      `t${index} <> '' AND lower(t${index}) NOT IN (${allowed.map(quoteText).join(', ')})`,
      `'"' || left(${cell}, 40) || '" is none of ${allowed.join(', ')}'`,
    );
  switch (type) {
    case 'id':
    case 'text':
      return [...required, isLonger(ID_CHARACTERS), holdsNul, ...(values ? [isNoneOf(values)] : [])];
    case 'passage':
      return [...required, isLonger(BOUNDS.passageCharacters.most), holdsNul];
    case 'labels': {
      const { most } = BOUNDS.labels;
      return [
        ...required,
        holdsNul,
        check(`len(l${index}) > ${most}`, quoteText(`the row has more than ${most} labels`)),
        check(
          `len(list_filter(l${index}, label -> length(label) > ${ID_CHARACTERS})) > 0`,
          quoteText(`a label is longer than ${ID_CHARACTERS} characters`),
        ),
      ];
    }
    case 'number':
      return [
        ...required,
        check(
          `${cell} IS NOT NULL AND NOT coalesce(isfinite(try_cast(n${index} AS FLOAT)), false)`,
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
          `${cell} IS NOT NULL AND NOT coalesce(s${index} BETWEEN 0 AND ${YEAR_9999_END}, false)`,
          `'"' || left(${cell}, 40) || ${quoteText(formats.times.get(index) === 'either' ? EITHER_DATE : NO_TIME)}`,
        ),
      ];
  }
}

/** Each attribute alone, and all together as the JSON that an answer holds. */
function attributeChecks(kind: Kind, names: string[], columns: FoundColumns): Check[] {
  const attributes = attributesOf(kind, names, columns);
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

/** The headers that are no column of the kind, with their indices; one that is called as such a column cannot be kept next to it. */
function attributesOf(kind: Kind, names: string[], columns: FoundColumns): { name: string; index: number }[] {
  const known = new Set(columns.values());
  return names
    .map((name, index) => ({ name, index }))
    .filter(({ name, index }) => name !== '' && !known.has(index) && !Object.hasOwn(kind.columns, name.toLowerCase()));
}

/** The kind's columns, each with what is kept of it. */
function typedColumns(kind: Kind, columns: FoundColumns): [name: string, value: string][] {
  return Object.entries(kind.columns).map(([column, known]) => {
    const index = columns.get(column);
    return [column, `${index === undefined ? 'NULL' : valueOf(known, index)}::${sqlType(known.type)}`];
  });
}

function valueOf({ type, values }: Column, index: number): string {
  if (values) return `nullif(lower(t${index}), '')`;
  if (type === 'id') return `t${index}`;
  if (type === 'labels') return `nullif(array_to_string(l${index}, ${quoteText(LABEL_SEPARATOR)}), '')`;
  if (type === 'number') return `n${index}`;
  return type === 'time' ? `s${index}` : `c${index}`;
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

/** Unix seconds from seconds, milliseconds (past 10¹¹) or ISO 8601, without an offset UTC. `number` is the cell as one, where it is. */
function unixSeconds(cell: string, number: string): string {
  const hasOffset = `regexp_matches(${cell}, ':\\d\\d(\\.\\d+)?\\s*(Z|[+-]\\d\\d(:?\\d\\d)?)$')`;
  return `CASE
    WHEN ${number} > 1e11 THEN ${number} / 1000
    WHEN ${number} IS NOT NULL THEN ${number}
    WHEN ${hasOffset} THEN epoch(try_cast(${cell} AS TIMESTAMPTZ))
    ELSE epoch(coalesce(try_cast(${cell} AS TIMESTAMP), try_strptime(${cell}, [${CLOCKS_OF_TWELVE}]))) END`;
}
