import type { ComponentProps } from 'react';
import { classNames } from './class-names';

/** A select without a visible label, named by `aria-label`; choosing takes effect immediately. */
export function Select({ className, ...rest }: ComponentProps<'select'> & { 'aria-label': string }) {
  return (
    <select
      {...rest}
      className={classNames('h-9 max-w-full rounded-md border border-line-strong bg-surface px-2.5', className)}
    />
  );
}
