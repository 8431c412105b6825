import { useFormat } from '../i18n/use-format';

/** `share` is 0 to 1; null where nobody knows how far the work is. */
export function ProgressBar({ label, share }: { label: string; share: number | null }) {
  const format = useFormat();
  const percent = share === null ? undefined : Math.round(share * 100);
  return (
    <div
      role="progressbar"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={percent}
      aria-valuetext={share === null ? undefined : format.percent(share)}
      className="h-1.5 overflow-hidden rounded-full bg-sunken"
    >
      <div
        className={`h-full rounded-full bg-accent transition-[width] ${share === null ? 'animate-pulse' : ''}`}
        style={{ width: `${percent ?? 100}%` }}
      />
    </div>
  );
}
