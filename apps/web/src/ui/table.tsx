import type { ComponentProps, ReactNode } from 'react';
import { classNames } from './class-names';
import { ScrollRegion } from './scroll-region';

/** A named table. On narrow screens it scrolls sideways by itself, with the keyboard too. */
export function Table({ label, children }: { label: string; children: ReactNode }) {
  return (
    <ScrollRegion aria-label={label} className="rounded-[inherit]">
      <table
        aria-label={label}
        className="w-full border-collapse text-left tabular-nums [&_tbody_tr:last-child>*]:border-b-0"
      >
        {children}
      </table>
    </ScrollRegion>
  );
}

interface CellProps extends ComponentProps<'td'> {
  isNumber?: boolean;
}

export function HeaderCell({ isNumber, className, ...rest }: CellProps) {
  return (
    <th
      scope="col"
      {...rest}
      className={classNames(
        'border-b border-line px-4 py-2 text-xs font-medium whitespace-nowrap text-muted first:sm:pl-5 last:sm:pr-5',
        isNumber && 'text-right',
        className,
      )}
    />
  );
}

export function Cell({ isNumber, className, ...rest }: CellProps) {
  return (
    <td
      {...rest}
      className={classNames(
        'border-b border-line px-4 py-2.5 first:sm:pl-5 last:sm:pr-5',
        isNumber && 'text-right whitespace-nowrap',
        className,
      )}
    />
  );
}
