import type { LucideIcon } from 'lucide-react';
import { Button, type ButtonProps } from 'react-aria-components';
import { classNames } from './class-names';
import { Tooltip } from './tooltip';

interface IconButtonProps extends Omit<ButtonProps, 'className' | 'children'> {
  /** What it does, for the tooltip and for who cannot see the icon. */
  label: string;
  icon: LucideIcon;
  className?: string;
}

/** A button that is an icon alone. */
export function IconButton({ label, icon: Icon, className, ...rest }: IconButtonProps) {
  return (
    <Tooltip text={label}>
      <Button
        {...rest}
        aria-label={label}
        className={classNames(
          'grid size-8 shrink-0 place-items-center rounded-md text-muted transition-colors hover:bg-sunken hover:text-ink',
          className,
        )}
      >
        <Icon aria-hidden className="size-4" />
      </Button>
    </Tooltip>
  );
}
