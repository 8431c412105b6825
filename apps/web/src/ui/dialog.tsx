import { X } from 'lucide-react';
import { type ReactNode, useEffect, useRef, useState } from 'react';
import { Dialog as AriaDialog, Heading, Modal, ModalOverlay } from 'react-aria-components';
import { useTranslation } from 'react-i18next';
import { classNames } from './class-names';
import { IconButton } from './icon-button';

interface DialogProps {
  title: string;
  onClose: () => void;
  /** Selector of what has the focus afterwards where nothing had it before, such as after a reload; the page where it is absent. */
  returnTo?: string;
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
  returnTo = '#main',
  className,
}: DialogProps & { isDismissable?: boolean; className: string }) {
  const { t } = useTranslation();
  useFocusAfterwards(returnTo);
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

/** What had the focus before a dialog, or before the first of those that took each other's place. */
let opener: Element | null = null;

/** What the focus would return to may be gone: a dialog that came before this one, a page that was left, or was not yet there. */
function useFocusAfterwards(returnTo: string) {
  useState(() => {
    const { activeElement } = document;
    if (!activeElement?.closest('[role=dialog]')) opener = activeElement;
  });
  useEffect(
    () => () => {
      // After the dialog itself has tried, in the frame that follows.
      requestAnimationFrame(() =>
        requestAnimationFrame(() => {
          if (document.activeElement && document.activeElement !== document.body) return;
          const places = [opener, document.querySelector(returnTo), document.querySelector('#main')];
          const place = places.find(
            (each) => each instanceof HTMLElement && each.isConnected && each !== document.body,
          );
          (place as HTMLElement | undefined)?.focus({ preventScroll: true });
        }),
      );
    },
    [returnTo],
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
