import { CartesianGrid, Line, LineChart, ResponsiveContainer, Tooltip, XAxis, YAxis } from 'recharts';
import { useFormat } from '../../i18n/use-format';
import { useTerms } from '../../i18n/use-terms';
import { LINE_STYLES } from './line-styles';
import { type CurvePoint, FIT_PHASES } from './training-progress';

const TICK = { fill: 'var(--muted)', fontSize: 11 };
/** With more epochs than this the dots are left out: they would merge into a band. */
const DOTS_MAX = 30;

/** A line for each phase. The default export is for `lazy`. */
export default function CurveChart({ curve }: { curve: CurvePoint[] }) {
  const format = useFormat();
  const terms = useTerms();
  const short = (value: number) => format.number(value, { maximumSignificantDigits: 3 });
  return (
    <ResponsiveContainer width="100%" height="100%">
      {/* Its keyboard layer would put a stop without a name into the page; the label around it says what it shows. */}
      <LineChart data={curve} accessibilityLayer={false} margin={{ top: 4, right: 8, bottom: 0, left: 0 }}>
        <CartesianGrid vertical={false} stroke="var(--line)" />
        <XAxis
          dataKey="epoch"
          type="number"
          domain={['dataMin', 'dataMax']}
          allowDecimals={false}
          tickFormatter={(epoch: number) => format.number(epoch)}
          tick={TICK}
          tickLine={false}
          axisLine={{ stroke: 'var(--line)' }}
          minTickGap={28}
        />
        <YAxis
          width="auto"
          tick={TICK}
          tickLine={false}
          axisLine={false}
          domain={['auto', 'auto']}
          tickCount={4}
          tickFormatter={short}
        />
        <Tooltip
          contentStyle={{
            background: 'var(--surface)',
            border: '1px solid var(--line)',
            borderRadius: 8,
            fontSize: 12,
          }}
          itemStyle={{ color: 'var(--ink)' }}
          formatter={(value, phase) => [short(Number(value)), terms.name('phases', String(phase))]}
        />
        {FIT_PHASES.map((phase) => (
          <Line
            key={phase}
            dataKey={phase}
            stroke={LINE_STYLES[phase].color}
            strokeDasharray={LINE_STYLES[phase].dashes}
            strokeWidth={2}
            dot={curve.length <= DOTS_MAX && { r: 3, fill: LINE_STYLES[phase].color, strokeWidth: 0 }}
            connectNulls
            isAnimationActive={false}
          />
        ))}
      </LineChart>
    </ResponsiveContainer>
  );
}
