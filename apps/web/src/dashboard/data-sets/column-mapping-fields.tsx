import { useTranslation } from 'react-i18next';
import type { DataSet } from '../../api/client';
import { TextField } from '../../ui/field';
import type { ColumnMapping } from './upload-content';

/** Our columns that each kind of data set reads. */
const COLUMNS: Record<DataSet['kind'], (keyof ColumnMapping)[]> = {
  interactions: ['user_id', 'item_id', 'event_type', 'value', 'timestamp'],
  items: ['item_id'],
  users: ['user_id'],
};

/** Columns left empty are found by their usual headers. */
export function readColumnMapping(values: FormData): ColumnMapping {
  const names = COLUMNS.interactions.map((column) => [column, String(values.get(column) ?? '').trim()]);
  return Object.fromEntries(names.filter(([, header]) => header));
}

export function ColumnMappingFields({ kind }: { kind: DataSet['kind'] }) {
  const { t } = useTranslation();
  return (
    <details className="rounded-md border border-line">
      <summary className="rounded-md px-3 py-2 font-medium hover:bg-sunken">{t('upload.mapping')}</summary>
      <div className="border-t border-line p-3">
        <p className="mb-3 text-muted">{t('upload.mappingHint')}</p>
        <div className="grid gap-3 sm:grid-cols-2 lg:grid-cols-3">
          {COLUMNS[kind].map((column) => (
            <TextField key={column} label={t(`upload.headers.${column}`)} name={column} placeholder={column} />
          ))}
        </div>
      </div>
    </details>
  );
}
