import { X } from 'lucide-react';
import { type ReactNode, useEffect, useId, useRef } from 'react';
import { useTranslation } from 'react-i18next';

interface DialogProps {
  title: string;
  onClose: () => void;
  children: ReactNode;
}

/** A modal that is open for as long as it is rendered. A click next to it does nothing, so that no input is lost by a slip. */
export function Dialog({ title, onClose, children }: DialogProps) {
  const { t } = useTranslation();
  const titleId = useId();
  const ref = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const dialog = ref.current;
    dialog?.showModal();
    return () => dialog?.close();
  }, []);
  return (
    <dialog
      ref={ref}
      aria-labelledby={titleId}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      className="m-auto max-h-[calc(100dvh-2rem)] w-[min(34rem,calc(100vw-2rem))] overflow-y-auto rounded-xl border border-line bg-surface p-5 text-ink shadow-xl sm:p-6"
    >
      <h2 id={titleId} className="mb-4 pr-8 text-base font-semibold">
        {title}
      </h2>
      {children}
      {/* Last, so that the first field has the focus when the dialog opens. */}
      <button
        type="button"
        aria-label={t('ui.close')}
        onClick={onClose}
        className="absolute top-4 right-4 grid size-8 place-items-center rounded-md text-muted hover:bg-sunken hover:text-ink"
      >
        <X aria-hidden className="size-4" />
      </button>
    </dialog>
  );
}
