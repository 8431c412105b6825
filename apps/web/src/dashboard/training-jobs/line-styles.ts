import type { FIT_PHASES } from './training-progress';

/** How a chart and its legend draw each phase; told apart without colour too. */
export const LINE_STYLES: Record<(typeof FIT_PHASES)[number], { color: string; dashes?: string }> = {
  fitting: { color: 'var(--accent)' },
  refitting: { color: 'var(--muted)', dashes: '4 3' },
};
