import { useMutation, useQueryClient } from '@tanstack/react-query';
import { FileSpreadsheet, UploadCloud } from 'lucide-react';
import { useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { DataSet } from '../../api/client';
import { useFormat } from '../../i18n/use-format';
import { Button } from '../../ui/button';
import { Card } from '../../ui/card';
import { classNames } from '../../ui/class-names';
import { Form } from '../../ui/form';
import { ProgressBar } from '../../ui/progress-bar';
import { type Kind, useKind } from '../models/families.queries';
import { ColumnMappingFields, readColumnMapping } from './column-mapping-fields';
import { dataSetsQuery } from './data-sets.queries';
import { uploadContent } from './upload-content';

/** Sends a CSV file into the data set, whose rows it will replace once they are checked. */
export function UploadCard({ dataSet }: { dataSet: DataSet }) {
  const { t } = useTranslation();
  const queryClient = useQueryClient();
  const kind = useKind(dataSet.kind);
  const [file, setFile] = useState<File | null>(null);
  const [share, setShare] = useState(0);
  const upload = useMutation({
    mutationFn: ({ content, values }: { content: File; values: FormData }) =>
      uploadContent({
        path: { projectId: dataSet.projectId, dataSetId: dataSet.id },
        file: content,
        mapping: kind ? readColumnMapping(values, kind) : {},
        onProgress: setShare,
      }),
    onSuccess: async () => {
      await queryClient.invalidateQueries({ queryKey: dataSetsQuery(dataSet.projectId).queryKey });
      setFile(null);
    },
  });
  const submit = (values: FormData) => {
    setShare(0);
    if (file) upload.mutate({ content: file, values });
  };
  return (
    <Card
      title={dataSet.currentImport ? t('upload.replaceTitle') : t('upload.title')}
      hint={dataSet.currentImport && t('upload.replaceHint')}
    >
      <Form
        onSubmit={submit}
        error={upload.error}
        actions={
          <Button type="submit" variant="primary" isBusy={upload.isPending} disabled={!file}>
            {t('upload.submit')}
          </Button>
        }
      >
        <DropZone file={file} onFile={setFile} kind={kind} isDisabled={upload.isPending} />
        {upload.isPending && <ProgressBar label={t('upload.progress')} share={share} />}
        {kind && <ColumnMappingFields kind={kind} />}
      </Form>
    </Card>
  );
}

interface DropZoneProps {
  file: File | null;
  onFile: (file: File) => void;
  kind: Kind | undefined;
  isDisabled: boolean;
}

/** The file input fills the zone, so that the browser itself accepts files that are dropped on it. */
function DropZone({ file, onFile, kind, isDisabled }: DropZoneProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const hintId = useId();
  const [isOver, setIsOver] = useState(false);
  const Icon = file ? FileSpreadsheet : UploadCloud;
  return (
    <div
      className={classNames(
        'relative flex flex-col items-center gap-1 rounded-lg border border-dashed px-4 py-8 text-center transition-colors has-focus-visible:outline-2 has-focus-visible:outline-offset-2 has-focus-visible:outline-accent',
        isOver ? 'border-accent bg-accent-soft' : 'border-line-strong hover:bg-sunken/60',
      )}
    >
      <input
        type="file"
        accept=".csv,.tsv,.txt,text/csv"
        aria-label={t('upload.file')}
        aria-describedby={hintId}
        disabled={isDisabled}
        onDragEnter={() => setIsOver(true)}
        onDragLeave={() => setIsOver(false)}
        onDrop={() => setIsOver(false)}
        // Choosing the same file once more must count as a change.
        onClick={(event) => (event.currentTarget.value = '')}
        onChange={(event) => {
          const chosen = event.target.files?.[0];
          if (chosen) onFile(chosen);
        }}
        className="absolute inset-0 cursor-pointer opacity-0 disabled:cursor-not-allowed"
      />
      <Icon aria-hidden className={classNames('size-6', file ? 'text-accent' : 'text-muted')} />
      <span className="font-medium break-all">
        {file ? `${file.name} · ${format.bytes(file.size)}` : t('upload.choose')}
      </span>
      <span id={hintId} className="text-xs text-muted">
        {kind && <ColumnsHint kind={kind} />}
      </span>
    </div>
  );
}

function ColumnsHint({ kind: { columns, others } }: { kind: Kind }) {
  const { t } = useTranslation();
  const format = useFormat();
  const namesOf = (isRequired: boolean) =>
    columns.filter(({ required }) => required === isRequired).map(({ name }) => name);
  const [needed, optional] = [namesOf(true), namesOf(false)];
  return [
    needed.length > 0 && t('upload.needs', { columns: format.list(needed) }),
    optional.length > 0 && t('upload.reads', { columns: format.list(optional) }),
    others === 'attributes' && t('upload.attributes'),
  ]
    .filter(Boolean)
    .join(' ');
}
