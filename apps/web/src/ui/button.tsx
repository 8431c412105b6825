import { LoaderCircle } from 'lucide-react';
import type { ComponentProps } from 'react';
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
    'disabled:cursor-not-allowed disabled:opacity-55 [&_svg]:size-4',
    VARIANTS[variant],
  );
}

interface ButtonProps extends ComponentProps<'button'> {
  variant?: Variant;
  /** While the work that the button started is running: it spins and cannot be pressed again. */
  isBusy?: boolean;
}

export function Button({ variant, isBusy, className, children, disabled, type = 'button', ...rest }: ButtonProps) {
  return (
    <button
      {...rest}
      type={type}
      disabled={disabled || isBusy}
      aria-busy={isBusy || undefined}
      className={classNames(buttonClass(variant), className)}
    >
      {isBusy && <LoaderCircle aria-hidden className="animate-spin" />}
      {children}
    </button>
  );
}
