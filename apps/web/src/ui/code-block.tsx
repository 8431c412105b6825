import { Check, Copy } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
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
      <CopyButton text={code} />
    </div>
  );
}

function CopyButton({ text }: { text: string }) {
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
      className="absolute top-1.5 right-1.5 grid size-8 place-items-center rounded-md border border-line bg-surface text-muted hover:text-ink"
    >
      <Icon aria-hidden className="size-3.5" />
      <output className="sr-only">{isCopied ? t('ui.copied') : t('ui.copy')}</output>
    </button>
  );
}
