import type { ReactNode } from 'react';
import { classNames } from './class-names';

interface CardProps {
  title?: ReactNode;
  /** One line under the title. */
  hint?: ReactNode;
  actions?: ReactNode;
  children: ReactNode;
  /** The content reaches the edges, as tables do. */
  isFlush?: boolean;
}

/** A titled part of a page. */
export function Card({ title, hint, actions, children, isFlush }: CardProps) {
  return (
    <section className="rounded-lg border border-line bg-surface">
      {title && (
        <div
          className={classNames(
            'flex flex-wrap items-center justify-between gap-x-4 gap-y-2 px-4 pt-3.5 sm:px-5',
            isFlush && 'pb-3',
          )}
        >
          <div className="min-w-0">
            <h2 className="text-[0.9375rem] font-semibold wrap-anywhere">{title}</h2>
            {hint && <p className="text-muted">{hint}</p>}
          </div>
          {actions && <div className="flex min-w-0 flex-wrap items-center gap-2">{actions}</div>}
        </div>
      )}
      <div
        className={classNames(
          !isFlush && 'px-4 py-4 sm:px-5',
          // What fills it is cut at its corners.
          isFlush && (title ? 'rounded-b-[inherit] border-t border-line' : 'rounded-[inherit]'),
        )}
      >
        {children}
      </div>
    </section>
  );
}
