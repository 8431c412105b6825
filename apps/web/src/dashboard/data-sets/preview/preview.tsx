import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../../../i18n/use-format';
import { useTerms } from '../../../i18n/use-terms';
import { Button } from '../../../ui/button';
import { Card } from '../../../ui/card';
import { SelectField, TextField } from '../../../ui/field';
import { Form } from '../../../ui/form';
import { Notice } from '../../../ui/notice';
import { ProgressBar } from '../../../ui/progress-bar';
import type { Kind } from '../../models/families.queries';
import { type CellFormats, findCellFormats, type SaidFormats } from './cell-formats';
import { type FoundColumns, guessColumns, guessKind, keepColumns } from './guess-columns';
import { PreviewTable } from './preview-table';
import { type FileStart, ROWS_SHOWN } from './read-start';
import { findBadRows, useFileFacts } from './use-file-facts';

/** What was decided about a file. */
export interface Chosen {
  kind: Kind;
  name: string;
  headers: string[];
  columns: FoundColumns;
  /** What the file does not tell by itself. */
  formats: SaidFormats & { encoding?: string };
}

/** From this share of rejected rows on, a file is more likely read wrong than a little dirty. */
const SHARE_ALARMING = 0.5;

interface PreviewProps {
  file: File;
  start: FileStart;
  kinds: Kind[];
  /** Of the data set that it replaces. */
  fixedKind: Kind | undefined;
  /** Which header held which column in the file that it replaces, as it was said then. */
  keptMapping: Record<string, string>;
  /** Of the data set that it becomes. */
  defaultName: string | undefined;
  /** How much has been sent; null while nothing is. */
  share: number | null;
  error: unknown;
  onOther: () => void;
  onImport: (chosen: Chosen) => void;
}

/** The first rows of a file with what each column is taken for, to be changed before it is imported. */
export function Preview(props: PreviewProps) {
  const { file, start, kinds, fixedKind, keptMapping, defaultName, share, error, onOther, onImport } = props;
  const { t } = useTranslation();
  const format = useFormat();
  const terms = useTerms();
  const { headers, problem, isUnseen } = start;
  const [kind, setKind] = useState(() => fixedKind ?? guessKind(headers, kinds)!);
  const [columns, setColumns] = useState(() => keepColumns(headers, kind, keptMapping));
  const [said, setSaid] = useState<SaidFormats>({});
  const seen = findCellFormats(start.rows, kind, columns);
  const formats = { decimal: said.decimal ?? seen.decimal, dates: said.dates ?? seen.dates };
  const isUnsaid = formats.decimal === 'either' || formats.dates === 'either';
  const facts = useFileFacts(start, kind, columns, formats);
  const missing = isUnseen ? [] : kind.columns.filter(({ name, required }) => required && columns[name] === undefined);
  const canShow = headers.length > 0;
  const bad = findBadRows(start, kind, columns, formats);
  const isAlarming = bad.share >= SHARE_ALARMING && missing.length === 0 && problem === null && !isUnsaid;
  // Of the file as it is read now.
  const [askedAbout, setAskedAbout] = useState<FoundColumns>();
  const isAsked = askedAbout === columns;
  const chooseKind = (key: string) => {
    const chosen = kinds.find((each) => each.key === key)!;
    setKind(chosen);
    setColumns(guessColumns(headers, chosen));
  };
  const count = start.rowCount;
  return (
    <Form
      onSubmit={(values) => {
        if (isAlarming && !isAsked) return setAskedAbout(columns);
        const encoding = start.encoding.startsWith('utf-') ? {} : { encoding: start.encoding };
        onImport({ kind, name: String(values.get('name') ?? ''), headers, columns, formats: { ...said, ...encoding } });
      }}
      error={error}
      actions={
        <>
          <Button onClick={onOther} disabled={share !== null}>
            {t('upload.other')}
          </Button>
          <Button
            type="submit"
            variant={isAlarming ? (isAsked ? 'danger' : 'secondary') : 'primary'}
            isBusy={share !== null}
            disabled={problem !== null || missing.length > 0 || isUnsaid || (count === 0 && !isUnseen)}
          >
            {isAlarming && isAsked
              ? t('upload.anyway')
              : isUnseen
                ? t('upload.importFile')
                : start.isWhole
                  ? t('upload.import', { count })
                  : t('upload.importAbout', { count })}
          </Button>
        </>
      }
    >
      <Card
        title={<span className="break-all">{file.name}</span>}
        hint={[format.bytes(file.size), ...facts].join(' · ')}
      >
        <div className="space-y-4">
          {problem && <Notice tone="danger">{t(`upload.problems.${problem}`)}</Notice>}
          {isUnseen && <Notice>{t('upload.unseen')}</Notice>}
          {(canShow || isUnseen) && (
            <div className="grid gap-3 sm:grid-cols-2">
              {defaultName !== undefined && (
                <TextField label={t('ui.name')} name="name" defaultValue={defaultName} maxLength={120} required />
              )}
              {!fixedKind && (
                <SelectField
                  label={t('dataSets.kind')}
                  name="kind"
                  hint={terms.text(`kinds.${kind.key}.summary`, kind.summary)}
                  value={kind.key}
                  onChange={(event) => chooseKind(event.target.value)}
                >
                  {kinds.map(({ key }) => (
                    <option key={key} value={key}>
                      {terms.name('kinds', key)}
                    </option>
                  ))}
                </SelectField>
              )}
            </div>
          )}
          {canShow && missing.length > 0 && (
            <Notice tone="warning">
              {t('upload.missing', { columns: format.list(missing.map(({ name }) => terms.name('columns', name))) })}
            </Notice>
          )}
          <FormatFields seen={seen} said={said} onSaid={setSaid} />
          {isAlarming && (
            <Notice tone="danger">
              <p className="font-medium">
                {t('upload.mostBad', { bad: format.number(bad.count), count: start.rows.length })}
              </p>
              <p>
                {bad.first?.problem === 'fields'
                  ? t('upload.cell.fields', { count: bad.first.count, headers: headers.length })
                  : bad.first &&
                    t('upload.firstBad', {
                      column: terms.name('columns', bad.first.column),
                      cell: bad.first.cell.slice(0, 60),
                      reason: t(`upload.cell.${bad.first.problem}`),
                    })}
              </p>
              <p>{t('upload.mostBadAdvice')}</p>
            </Notice>
          )}
          {share !== null && <ProgressBar label={t('upload.progress')} share={share} />}
          {canShow && (
            <p className="text-muted">{t('upload.firstRows', { count: Math.min(start.rows.length, ROWS_SHOWN) })}</p>
          )}
        </div>
      </Card>
      {canShow && <PreviewTable start={start} kind={kind} columns={columns} formats={formats} onColumns={setColumns} />}
    </Form>
  );
}

/** What the cells leave open. */
function FormatFields({
  seen,
  said,
  onSaid,
}: {
  seen: CellFormats;
  said: SaidFormats;
  onSaid: (said: SaidFormats) => void;
}) {
  const { t } = useTranslation();
  const fields = [
    { name: 'dates', choices: ['day_first', 'month_first'] },
    { name: 'decimal', choices: ['comma', 'point'] },
  ] as const;
  return fields
    .filter(({ name }) => seen[name] === 'either')
    .map(({ name, choices }) => (
      <SelectField
        key={name}
        name={name}
        label={t(`upload.${name}.label`)}
        value={said[name] ?? ''}
        onChange={(event) => onSaid({ ...said, [name]: event.target.value || undefined })}
      >
        <option value="">{t('upload.sayWhich')}</option>
        {choices.map((choice) => (
          <option key={choice} value={choice}>
            {t(`upload.${name}.${choice}` as 'upload.dates.day_first')}
          </option>
        ))}
      </SelectField>
    ));
}
