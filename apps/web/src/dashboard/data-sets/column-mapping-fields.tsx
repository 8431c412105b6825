import { useTranslation } from 'react-i18next';
import { useTerms } from '../../i18n/use-terms';
import { TextField } from '../../ui/field';
import type { Kind } from '../models/families.queries';
import type { ColumnMapping } from './upload-content';

/** Columns left empty are found by their usual headers. */
export function readColumnMapping(values: FormData, { columns }: Kind): ColumnMapping {
  const headers = columns.map(({ name }) => [name, String(values.get(name) ?? '').trim()]);
  return Object.fromEntries(headers.filter(([, header]) => header));
}

export function ColumnMappingFields({ kind }: { kind: Kind }) {
  const { t } = useTranslation();
  const terms = useTerms();
  return (
    <details className="rounded-md border border-line">
      <summary className="rounded-md px-3 py-2 font-medium hover:bg-sunken">{t('upload.mapping')}</summary>
      <div className="border-t border-line p-3">
        <p className="mb-3 text-muted">{t('upload.mappingHint')}</p>
        <div className="grid gap-3 sm:grid-cols-2 lg:grid-cols-3">
          {kind.columns.map(({ name }) => (
            <TextField key={name} label={terms.name('columns', name)} name={name} placeholder={name} />
          ))}
        </div>
      </div>
    </details>
  );
}
