import type { Tone } from './badge';
import { classNames } from './class-names';

const TONES: Partial<Record<Tone, string>> = {
  neutral: '[&::-moz-progress-bar]:bg-bar-quiet [&::-webkit-progress-value]:bg-bar-quiet',
  warning: '[&::-moz-progress-bar]:bg-warning [&::-webkit-progress-value]:bg-warning',
  danger: '[&::-moz-progress-bar]:bg-danger [&::-webkit-progress-value]:bg-danger',
};
const ACCENT = '[&::-moz-progress-bar]:bg-accent [&::-webkit-progress-value]:bg-accent';

interface ProgressBarProps {
  label: string;
  /** 0 to 1; null where the progress is unknown. */
  share: number | null;
  tone?: Tone;
}

export function ProgressBar({ label, share, tone = 'accent' }: ProgressBarProps) {
  return (
    <progress
      aria-label={label}
      value={share ?? undefined}
      className={classNames(
        'block h-1.5 w-full appearance-none overflow-hidden rounded-full bg-sunken indeterminate:animate-pulse indeterminate:bg-accent [&::-webkit-progress-bar]:bg-transparent [&::-webkit-progress-value]:transition-[width]',
        TONES[tone] ?? ACCENT,
      )}
    />
  );
}
