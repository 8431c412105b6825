// What every chart looks alike in; given to the parts of recharts.

const TICK = { fill: 'var(--muted)', fontSize: 11 };

export const X_AXIS = { tick: TICK, tickLine: false, axisLine: { stroke: 'var(--line)' }, minTickGap: 28 } as const;
export const Y_AXIS = { tick: TICK, tickLine: false, axisLine: false, width: 44 } as const;
export const AXIS_LABEL = { fill: 'var(--muted)', fontSize: 11 };
export const GRID = { vertical: false, stroke: 'var(--line)' } as const;
export const TOOLTIP = {
  contentStyle: {
    background: 'var(--surface)',
    border: '1px solid var(--line)',
    borderRadius: 8,
    fontSize: 12,
  },
  itemStyle: { color: 'var(--ink)' },
} as const;
/** Its keyboard layer would put a stop without a name into the page; the table behind the chart has the numbers. */
export const CHART = { accessibilityLayer: false } as const;

/** What tells the series of a chart apart. */
export interface Series {
  key: string;
  name: string;
  color: string;
  /** Of a line, so that it is told apart without colour too. */
  dashes?: string;
}
