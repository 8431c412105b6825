import { UploadCloud } from 'lucide-react';
import { useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { classNames } from '../../../ui/class-names';

/** The file input fills the zone, so that the browser itself accepts files that are dropped on it. */
export function DropZone({ onFile, hint }: { onFile: (file: File) => void; hint: string }) {
  const { t } = useTranslation();
  const hintId = useId();
  const [isOver, setIsOver] = useState(false);
  return (
    <div
      className={classNames(
        'relative flex flex-col items-center gap-1 rounded-lg border border-dashed px-4 py-10 text-center transition-colors has-focus-visible:outline-2 has-focus-visible:outline-offset-2 has-focus-visible:outline-accent',
        isOver ? 'border-accent bg-accent-soft' : 'border-line-strong bg-surface hover:bg-sunken/60',
      )}
    >
      <input
        type="file"
        accept=".csv,.tsv,.txt,.json,.jsonl,.ndjson,.parquet,.gz,.zst,.zip,text/csv"
        aria-label={t('upload.file')}
        aria-describedby={hintId}
        onDragEnter={() => setIsOver(true)}
        onDragLeave={() => setIsOver(false)}
        onDrop={() => setIsOver(false)}
        // Choosing the same file once more must count as a change.
        onClick={(event) => (event.currentTarget.value = '')}
        onChange={(event) => {
          const chosen = event.target.files?.[0];
          if (chosen) onFile(chosen);
        }}
        className="absolute inset-0 cursor-pointer opacity-0"
      />
      <UploadCloud aria-hidden className="size-6 text-muted" />
      <span className="font-medium">{t('upload.choose')}</span>
      <span id={hintId} className="max-w-xl text-xs text-muted">
        {hint}
      </span>
    </div>
  );
}
