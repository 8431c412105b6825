import type { ReactNode } from 'react';
import { isPicture, Picture } from '../../ui/picture';

interface ItemRowProps {
  itemId: string;
  attributes: Record<string, string> | undefined;
  /** Before the item, such as its rank. */
  lead?: ReactNode;
  /** After it, such as its score. */
  end?: ReactNode;
}

/** An item by its title and picture, with what else is known of it. */
export function ItemRow({ itemId, attributes, lead, end }: ItemRowProps) {
  const { title, ...others } = attributes ?? {};
  const picture = Object.entries(others).find(([name, value]) => isPicture(name, value));
  const words = Object.entries(others).flatMap(([name, value]) => (name === picture?.[0] ? [] : [value]));
  return (
    <li className="flex min-h-14 items-center gap-3 px-4 py-2 sm:px-5">
      {lead}
      {picture && <Picture key={picture[1]} address={picture[1]} />}
      <div className="min-w-0 flex-1">
        <p className="font-medium wrap-anywhere">{title || itemId}</p>
        <p className="text-xs wrap-anywhere text-muted">{[title && itemId, ...words].filter(Boolean).join(' · ')}</p>
      </div>
      {end}
    </li>
  );
}
