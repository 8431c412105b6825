export interface Figure {
  value: string;
  /** What it is, read after the value. */
  text: string;
}

/** The few numbers that say most, each in words below it. */
export function Figures({ figures }: { figures: Figure[] }) {
  return (
    <ul className="grid gap-x-6 gap-y-4 sm:grid-cols-3">
      {figures.map(({ value, text }) => (
        <li key={text}>
          <p className="text-2xl font-semibold tracking-tight tabular-nums">{value}</p>
          <p className="text-muted">{text}</p>
        </li>
      ))}
    </ul>
  );
}
