import { Check, Copy } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { classNames } from './class-names';
import { ScrollRegion } from './scroll-region';

const COPIED_SHOWN_MS = 2_000;

interface CodeBlockProps {
  /** Names the code to screen readers. */
  label: string;
  code: string;
  testId?: string;
}

/** Code with a button that copies it. */
export function CodeBlock({ label, code, testId }: CodeBlockProps) {
  return (
    <div className="relative rounded-md border border-line bg-sunken">
      <ScrollRegion aria-label={label} className="rounded-md">
        <pre data-testid={testId} className="py-3 pr-12 pl-3.5 font-mono text-xs leading-5">
          {code}
        </pre>
      </ScrollRegion>
      <CopyButton text={code} className="absolute top-1.5 right-1.5 size-8" />
    </div>
  );
}

/** Copies a text, and says that it did. */
export function CopyButton({ text, className }: { text: string; className: string }) {
  const { t } = useTranslation();
  const [isCopied, setIsCopied] = useState(false);
  const copy = async () => {
    // Absent on plain http; the code stays selectable.
    await navigator.clipboard?.writeText(text);
    setIsCopied(true);
    setTimeout(() => setIsCopied(false), COPIED_SHOWN_MS);
  };
  const Icon = isCopied ? Check : Copy;
  return (
    <button
      type="button"
      onClick={() => void copy()}
      title={t('ui.copy')}
      className={classNames(
        'grid place-items-center rounded-md border border-line bg-surface text-muted hover:text-ink',
        className,
      )}
    >
      <Icon aria-hidden className="size-3.5" />
      <output className="sr-only">{isCopied ? t('ui.copied') : t('ui.copy')}</output>
    </button>
  );
}
