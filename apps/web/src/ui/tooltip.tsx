import type { ReactNode } from 'react';
import { Tooltip as AriaTooltip, TooltipTrigger } from 'react-aria-components';

/** Says a word about a button that has the focus, or on which the pointer rests. */
export function Tooltip({ text, children }: { text: string; children: ReactNode }) {
  return (
    <TooltipTrigger delay={500}>
      {children}
      <AriaTooltip offset={6} className="max-w-72 rounded-md bg-ink px-2 py-1 text-xs text-canvas shadow-raised">
        {text}
      </AriaTooltip>
    </TooltipTrigger>
  );
}
