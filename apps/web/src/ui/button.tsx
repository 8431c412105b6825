import { LoaderCircle } from 'lucide-react';
import { type ComponentProps, type MouseEvent, useRef } from 'react';
import { classNames } from './class-names';

type Variant = 'primary' | 'secondary' | 'danger' | 'quiet';

const VARIANTS: Record<Variant, string> = {
  primary: 'bg-accent text-accent-ink hover:not-disabled:bg-accent-hover',
  secondary: 'border border-line-strong/60 bg-surface text-ink hover:not-disabled:bg-sunken',
  danger: 'bg-danger text-danger-ink hover:not-disabled:bg-danger-hover',
  quiet: 'text-muted hover:not-disabled:bg-sunken hover:not-disabled:text-ink',
};

/** Classes of a button, for links that look like one. */
export function buttonClass(variant: Variant = 'secondary'): string {
  return classNames(
    'inline-flex h-9 shrink-0 items-center justify-center gap-1.5 rounded-md px-3 font-medium whitespace-nowrap transition-colors',
    'disabled:cursor-not-allowed disabled:opacity-55 aria-disabled:cursor-progress aria-disabled:opacity-55 [&_svg]:size-4',
    VARIANTS[variant],
  );
}

interface ButtonProps extends ComponentProps<'button'> {
  variant?: Variant;
  /** While the work that the button started is running: it spins and cannot be pressed again. */
  isBusy?: boolean;
}

/** However quickly it is pressed again, what it does is done once. */
export function Button({
  variant,
  isBusy,
  className,
  children,
  disabled,
  type = 'button',
  onClick,
  ...rest
}: ButtonProps) {
  const isPressed = useRef(false);
  const press = (event: MouseEvent<HTMLButtonElement>) => {
    // The second half of a double click, or a click before the first one could be seen to have made it busy.
    if (isBusy || event.detail > 1 || isPressed.current) return event.preventDefault();
    isPressed.current = true;
    requestAnimationFrame(() => requestAnimationFrame(() => (isPressed.current = false)));
    onClick?.(event);
  };
  return (
    <button
      aria-busy={isBusy || undefined}
      {...rest}
      onClick={press}
      type={type}
      disabled={disabled}
      // Not disabled, which would take the focus from it.
      aria-disabled={isBusy || undefined}
      className={classNames(buttonClass(variant), className)}
    >
      {isBusy && <LoaderCircle aria-hidden className="animate-spin" />}
      {children}
    </button>
  );
}
