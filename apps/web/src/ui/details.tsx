import type { ReactNode } from 'react';

/** One line of what a drawer tells of a thing, in a `dl` of two columns. */
export function DetailRow({ name, children }: { name: string; children: ReactNode }) {
  return (
    <>
      <dt className="text-muted">{name}</dt>
      <dd className="font-medium wrap-anywhere tabular-nums">{children}</dd>
    </>
  );
}

/** A part of a drawer under its own heading. */
export function DetailPart({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section>
      <h3 className="mb-1 font-medium">{title}</h3>
      {children}
    </section>
  );
}
