import type { ComponentProps } from 'react';
import { classNames } from './class-names';

interface ScrollRegionProps extends ComponentProps<'section'> {
  'aria-label': string;
}

/** Scrolls sideways by itself where its content is wider than the screen, with the keyboard too. */
export function ScrollRegion({ className, ...rest }: ScrollRegionProps) {
  // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls must be reachable by keyboard (WCAG 2.1.1)
  return <section {...rest} tabIndex={0} className={classNames('relative overflow-x-auto', className)} />;
}
