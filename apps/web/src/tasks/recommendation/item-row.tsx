import type { ReactNode } from 'react';

interface ItemRowProps {
  itemId: string;
  attributes: Record<string, string> | undefined;
  /** Before the item, such as its rank. */
  lead?: ReactNode;
  /** After it, such as its score. */
  end?: ReactNode;
}

/** An item by its title, with what else is known of it. */
export function ItemRow({ itemId, attributes, lead, end }: ItemRowProps) {
  const { title, ...others } = attributes ?? {};
  return (
    <li className="flex min-h-14 items-center gap-3 px-4 py-2 sm:px-5">
      {lead}
      <div className="min-w-0 flex-1">
        <p className="font-medium wrap-anywhere">{title || itemId}</p>
        <p className="text-xs wrap-anywhere text-muted">
          {[title && itemId, ...Object.values(others)].filter(Boolean).join(' · ')}
        </p>
      </div>
      {end}
    </li>
  );
}
