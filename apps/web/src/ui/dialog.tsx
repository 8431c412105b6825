import { X } from 'lucide-react';
import { type ReactNode, useEffect, useRef } from 'react';
import { Dialog as AriaDialog, Heading, Modal, ModalOverlay } from 'react-aria-components';
import { useTranslation } from 'react-i18next';
import { classNames } from './class-names';
import { IconButton } from './icon-button';

interface DialogProps {
  title: string;
  onClose: () => void;
  children: ReactNode;
}

/** A modal that is open for as long as it is rendered. A click next to it does nothing, so that no input is lost by a slip. */
export function Dialog(props: DialogProps) {
  return (
    <Frame
      {...props}
      className="m-auto max-h-[calc(100dvh-2rem)] w-[min(34rem,calc(100vw-2rem))] rounded-xl border p-5 sm:p-6"
    />
  );
}

/** What a row or a point holds, over the right edge of the page; a click next to it closes it. */
export function Drawer(props: DialogProps) {
  return <Frame {...props} isDismissable className="ml-auto h-dvh w-[min(36rem,100vw)] border-l p-5 sm:p-6" />;
}

function Frame({
  title,
  onClose,
  children,
  isDismissable = false,
  className,
}: DialogProps & { isDismissable?: boolean; className: string }) {
  const { t } = useTranslation();
  return (
    <ModalOverlay
      isOpen
      isDismissable={isDismissable}
      onOpenChange={(isOpen) => !isOpen && onClose()}
      className="fixed inset-0 z-30 flex h-dvh bg-shade"
    >
      <Modal className={classNames('overflow-y-auto border-line bg-surface text-ink shadow-raised', className)}>
        <AriaDialog className="relative outline-none">
          <Heading slot="title" className="mb-4 pr-8 text-base font-semibold break-words">
            {title}
          </Heading>
          <FirstField>{children}</FirstField>
          <IconButton label={t('ui.close')} icon={X} onPress={onClose} className="absolute -top-1 -right-1" />
        </AriaDialog>
      </Modal>
    </ModalOverlay>
  );
}

/** Puts the focus into the first field, where there is one. */
function FirstField({ children }: { children: ReactNode }) {
  const ref = useRef<HTMLDivElement>(null);
  useEffect(() => {
    ref.current?.querySelector<HTMLElement>('input:not([type=hidden]):enabled, select:enabled, textarea')?.focus();
  }, []);
  return <div ref={ref}>{children}</div>;
}
