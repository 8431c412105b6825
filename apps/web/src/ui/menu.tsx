import type { LucideIcon } from 'lucide-react';
import type { ReactNode } from 'react';
import { Menu as AriaMenu, MenuItem as AriaMenuItem, MenuTrigger, Popover } from 'react-aria-components';
import { classNames } from './class-names';

interface MenuProps {
  label: string;
  /** The button that opens it, of the parts of this folder or of React Aria. */
  trigger: ReactNode;
  /** Above the items, such as whose menu it is. */
  heading?: ReactNode;
  children: ReactNode;
}

/** A list of commands that a button opens. */
export function Menu({ label, trigger, heading, children }: MenuProps) {
  return (
    <MenuTrigger>
      {trigger}
      <Popover className="max-w-[min(24rem,calc(100vw-2rem))] min-w-48 rounded-lg border border-line bg-surface p-1.5 text-ink shadow-raised">
        {heading && <div className="border-b border-line px-2.5 pt-1 pb-2">{heading}</div>}
        <AriaMenu aria-label={label} className="max-h-96 overflow-y-auto outline-none">
          {children}
        </AriaMenu>
      </Popover>
    </MenuTrigger>
  );
}

interface MenuItemProps {
  icon?: LucideIcon;
  onAction: () => void;
  isDanger?: boolean;
  /** Marks what is chosen now, where the menu chooses. */
  isCurrent?: boolean;
  children: string;
}

export function MenuItem({ icon: Icon, onAction, isDanger, isCurrent, children }: MenuItemProps) {
  return (
    <AriaMenuItem
      onAction={onAction}
      textValue={children}
      className={classNames(
        'flex min-h-9 cursor-pointer items-center gap-2 rounded-md px-2.5 py-1.5 outline-none data-focused:bg-sunken',
        isDanger && 'text-danger',
        isCurrent && 'font-semibold text-accent',
      )}
    >
      {Icon && <Icon aria-hidden className="size-4 shrink-0" />}
      <span title={children} className="truncate">
        {children}
      </span>
    </AriaMenuItem>
  );
}
