import { createLink } from '@tanstack/react-router';
import type { ComponentProps } from 'react';

/** A link in running text or in a table, at least 24 px high to point at. */
export const TextLink = createLink((props: ComponentProps<'a'>) => (
  // The router gives every link its content and its address.
  <a
    {...props}
    className="inline-flex min-h-6 items-center font-medium text-accent underline-offset-2 hover:underline"
  />
));
