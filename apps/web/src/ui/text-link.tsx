import { createLink } from '@tanstack/react-router';
import type { ComponentProps } from 'react';

export const textLinkClass =
  'inline-flex min-h-6 items-center font-medium text-accent underline-offset-2 hover:underline';

/** A link in running text or in a table, at least 24 px high to point at. */
export const TextLink = createLink(({ children, ...rest }: ComponentProps<'a'>) => (
  <a {...rest} className={textLinkClass}>
    {children}
  </a>
));
