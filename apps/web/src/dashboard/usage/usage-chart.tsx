import { Bar, BarChart, CartesianGrid, ResponsiveContainer, Tooltip, XAxis, YAxis } from 'recharts';
import { useFormat } from '../../i18n/use-format';
import type { Step } from './usage.queries';

interface UsageChartProps {
  points: { start: string; quantity: number }[];
  name: string;
  step: Step;
}

const TICK = { fill: 'var(--muted)', fontSize: 11 };

/** Bars by day or hour. The default export is for `lazy`. */
export default function UsageChart({ points, name, step }: UsageChartProps) {
  const format = useFormat();
  const isEmpty = points.every(({ quantity }) => quantity === 0);
  return (
    <ResponsiveContainer width="100%" height="100%">
      {/* Its keyboard layer would put a stop without a name into the page; the table below has the numbers. */}
      <BarChart data={points} accessibilityLayer={false} margin={{ top: 4, right: 0, bottom: 0, left: 0 }}>
        <CartesianGrid vertical={false} stroke="var(--line)" />
        <XAxis
          dataKey="start"
          tickFormatter={format.shortDay}
          tick={TICK}
          tickLine={false}
          axisLine={{ stroke: 'var(--line)' }}
          minTickGap={28}
        />
        <YAxis
          width={44}
          tick={TICK}
          tickLine={false}
          axisLine={false}
          allowDecimals={false}
          domain={isEmpty ? [0, 10] : [0, 'auto']}
          tickFormatter={(value: number) => format.number(value, { notation: 'compact' })}
        />
        <Tooltip
          cursor={{ fill: 'var(--sunken)' }}
          contentStyle={{
            background: 'var(--surface)',
            border: '1px solid var(--line)',
            borderRadius: 8,
            fontSize: 12,
          }}
          itemStyle={{ color: 'var(--ink)' }}
          labelFormatter={(start) => (step === 'day' ? format.day : format.hour)(String(start))}
          formatter={(value) => [format.number(Number(value)), name]}
        />
        <Bar dataKey="quantity" fill="var(--accent)" radius={[3, 3, 0, 0]} maxBarSize={28} isAnimationActive={false} />
      </BarChart>
    </ResponsiveContainer>
  );
}
