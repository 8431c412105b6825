import { useState } from 'react';

/** Columns in which catalogues keep the address of a picture. */
const NAMES = /^(image|picture|photo|thumbnail|poster)([ _-]?(url|link|src))?$/i;

/** Whether a value of a column is the address of a picture. */
export const isPicture = (column: string, value: unknown): value is string =>
  NAMES.test(column) && typeof value === 'string' && value.startsWith('https://');

/** From the customer's own address, which does not hear what page shows it. Its place stays where it does not come. */
export function Picture({ address }: { address: string }) {
  const [isBroken, setIsBroken] = useState(false);
  return (
    <span className="block size-10 shrink-0 overflow-hidden rounded bg-sunken">
      {!isBroken && (
        <img
          src={address}
          alt=""
          loading="lazy"
          referrerPolicy="no-referrer"
          onError={() => setIsBroken(true)}
          className="size-full object-cover"
        />
      )}
    </span>
  );
}
