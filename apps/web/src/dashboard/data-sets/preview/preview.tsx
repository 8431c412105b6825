import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Preview as Found } from '../../../api/client';
import { useFormat } from '../../../i18n/use-format';
import { useTerms } from '../../../i18n/use-terms';
import { Button } from '../../../ui/button';
import { Card } from '../../../ui/card';
import { SelectField, TextField } from '../../../ui/field';
import { Form } from '../../../ui/form';
import { Notice } from '../../../ui/notice';
import { ProgressBar } from '../../../ui/progress-bar';
import type { Kind } from '../../models/families.queries';
import { PreviewTable } from './preview-table';
import type { Said } from './preview.queries';

/** From this share of rejected rows on, a file is more likely read wrong than a little dirty. */
const SHARE_ALARMING = 0.5;
const DELIMITER_KEYS = { ',': 'comma', ';': 'semicolon', '\t': 'tab', '|': 'pipe' } as const;

interface PreviewProps {
  file: File;
  /** What the API found in the start of the file, as it was told to read it. */
  found: Found;
  said: Said;
  onSaid: (said: Said) => void;
  /** Another answer is on its way. */
  isStale: boolean;
  kinds: Kind[];
  /** The file replaces the rows of a data set. */
  isKindFixed: boolean;
  /** Of the data set that it becomes. */
  defaultName: string | undefined;
  /** How much has been sent; null while nothing is. */
  share: number | null;
  error: unknown;
  onOther: () => void;
  onImport: (name: string) => void;
}

/** The first rows of a file with what each column is taken for, to be changed before it is imported. */
export function Preview(props: PreviewProps) {
  const { file, found, said, onSaid, isStale, kinds, isKindFixed, defaultName, share, error, onOther, onImport } =
    props;
  const { t } = useTranslation();
  const format = useFormat();
  const terms = useTerms();
  const facts = useFacts(found);
  const { unseen, missing, rows, data } = found;
  const kind = kinds.find(({ key }) => key === found.kind)!;
  const problem = missing.length > 0 ? null : found.problem;
  const isUnsaid = found.decimal === 'either' || found.dates === 'either';
  const seen = found.rowsAccepted + found.rowsRejected;
  const isAlarming = !found.problem && !isUnsaid && seen > 0 && found.rowsRejected / seen >= SHARE_ALARMING;
  const firstBad = data.flatMap(({ problems }) => problems)[0];
  // Of the file as it is read now.
  const [askedAbout, setAskedAbout] = useState<Found>();
  const isAsked = askedAbout === found;
  const importLabel = () => {
    if (isAlarming && isAsked) return t('upload.anyway');
    if (unseen) return t('upload.importFile');
    return t(found.isWhole ? 'upload.import' : 'upload.importAbout', { count: rows });
  };
  return (
    <Form
      onSubmit={(values) => {
        if (isAlarming && !isAsked) return setAskedAbout(found);
        onImport(String(values.get('name') ?? ''));
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
            isBusy={share !== null || isStale}
            disabled={found.problem !== null || isUnsaid || (rows === 0 && !unseen)}
          >
            {importLabel()}
          </Button>
        </>
      }
    >
      <Card
        title={<span className="break-all">{file.name}</span>}
        hint={[format.bytes(file.size), ...facts].join(' · ')}
      >
        <div className="space-y-4">
          {problem && <Notice tone="danger">{terms.sentences(problem)}</Notice>}
          {unseen && <Notice>{terms.sentences(unseen)}</Notice>}
          {!problem && !unseen && rows === 0 && <Notice tone="danger">{t('upload.noRows')}</Notice>}
          <div className="grid gap-3 sm:grid-cols-2">
            {defaultName !== undefined && (
              <TextField label={t('ui.name')} name="name" defaultValue={defaultName} maxLength={120} required />
            )}
            {!isKindFixed && (
              <SelectField
                label={t('dataSets.kind')}
                name="kind"
                hint={terms.text(`kinds.${kind.key}.summary`, kind.summary)}
                value={kind.key}
                onChange={(event) => onSaid({ kind: event.target.value as Said['kind'] & string })}
              >
                {kinds.map(({ key }) => (
                  <option key={key} value={key}>
                    {terms.name('kinds', key)}
                  </option>
                ))}
              </SelectField>
            )}
          </div>
          {missing.length > 0 && (
            <Notice tone="warning">
              {t('upload.missing', { columns: format.list(missing.map((name) => terms.name('columns', name))) })}
            </Notice>
          )}
          <FormatFields found={found} said={said} onSaid={onSaid} />
          {isAlarming && (
            <Notice tone="danger">
              <p className="font-medium">
                {t('upload.mostBad', { bad: format.number(found.rowsRejected), count: seen })}
              </p>
              {firstBad && (
                <p>
                  {firstBad.header ? `${firstBad.header}: ` : ''}
                  {terms.sentences(firstBad.message)}
                </p>
              )}
              <p>{t('upload.mostBadAdvice')}</p>
            </Notice>
          )}
          {share !== null && <ProgressBar label={t('upload.progress')} share={share} />}
          {data.length > 0 && <p className="text-muted">{t('upload.firstRows', { count: data.length })}</p>}
        </div>
      </Card>
      {found.columns.length > 0 && (
        <PreviewTable
          found={found}
          kind={kind}
          isStale={isStale}
          onColumns={(mapping) =>
            onSaid({ ...said, ...(isKindFixed ? {} : { kind: kind.key as Said['kind'] & string }), ...mapping })
          }
        />
      )}
    </Form>
  );
}

/** How the file is written, and how many of its rows are bad, in a few words each. */
function useFacts({
  columns,
  format,
  delimiter,
  encoding,
  compression,
  decimal,
  dates,
  rowsRejected,
  ...found
}: Found) {
  const { t } = useTranslation();
  if (columns.length === 0) return [];
  const named = DELIMITER_KEYS[delimiter as keyof typeof DELIMITER_KEYS] ?? 'other';
  return [
    format === 'CSV' ? t(`upload.delimiters.${named}`) : (format ?? ''),
    ...(compression ? [compression] : []),
    ...(encoding ? [encoding.toUpperCase()] : []),
    ...(dates ? [t(`upload.times.${dates}`)] : []),
    ...(decimal === 'comma' ? [t('upload.decimalComma')] : []),
    ...(decimal === 'either' || dates === 'either'
      ? []
      : rowsRejected > 0
        ? [t('upload.badRows', { count: rowsRejected })]
        : found.problem || found.rowsAccepted === 0
          ? []
          : [t('upload.noBadRows')]),
  ];
}

/** What the cells leave open, and what was said of it. */
function FormatFields({ found, said, onSaid }: Pick<PreviewProps, 'found' | 'said' | 'onSaid'>) {
  const { t } = useTranslation();
  const fields = [
    { name: 'dates', choices: ['day_first', 'month_first'] },
    { name: 'decimal', choices: ['comma', 'point'] },
  ] as const;
  return fields
    .filter(({ name }) => found[name] === 'either' || said[name] !== undefined)
    .map(({ name, choices }) => (
      <SelectField
        key={name}
        name={name}
        label={t(`upload.${name}.label`)}
        value={said[name] ?? ''}
        onChange={({ target: { value } }) => {
          const { [name]: _, ...others } = said;
          onSaid(value ? { ...others, [name]: value } : others);
        }}
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
