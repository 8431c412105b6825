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
import { type FoundColumns, guessColumns, guessKind } from './guess-columns';
import { PreviewTable } from './preview-table';
import { type FileStart, ROWS_SHOWN } from './read-start';
import { findBadRows, useFileFacts } from './use-file-facts';

/** What was decided about a file. */
export interface Chosen {
  kind: Kind;
  name: string;
  headers: string[];
  columns: FoundColumns;
}

/** From this share of rejected rows on, a file is more likely read wrong than a little dirty. */
const SHARE_ALARMING = 0.5;

interface PreviewProps {
  file: File;
  start: FileStart;
  kinds: Kind[];
  /** Of the data set that it replaces. */
  fixedKind: Kind | undefined;
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
  const { file, start, kinds, fixedKind, defaultName, share, error, onOther, onImport } = props;
  const { t } = useTranslation();
  const format = useFormat();
  const terms = useTerms();
  const { headers, problem } = start;
  const [kind, setKind] = useState(() => fixedKind ?? guessKind(headers, kinds)!);
  const [columns, setColumns] = useState(() => guessColumns(headers, kind));
  const facts = useFileFacts(start, kind, columns);
  const missing = kind.columns.filter(({ name, required }) => required && columns[name] === undefined);
  const canShow = headers.length > 0;
  const bad = findBadRows(start, kind, columns);
  const isAlarming = bad.share >= SHARE_ALARMING && missing.length === 0 && problem === null;
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
        onImport({ kind, name: String(values.get('name') ?? ''), headers, columns });
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
            disabled={problem !== null || missing.length > 0 || count === 0}
          >
            {isAlarming && isAsked
              ? t('upload.anyway')
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
          {canShow && (
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
      {canShow && <PreviewTable start={start} kind={kind} columns={columns} onColumns={setColumns} />}
    </Form>
  );
}
