/** `share` is 0 to 1; null where nobody knows how far the work is. */
export function ProgressBar({ label, share }: { label: string; share: number | null }) {
  return (
    <progress
      aria-label={label}
      value={share ?? undefined}
      className="block h-1.5 w-full appearance-none overflow-hidden rounded-full bg-sunken indeterminate:animate-pulse indeterminate:bg-accent [&::-moz-progress-bar]:bg-accent [&::-webkit-progress-bar]:bg-transparent [&::-webkit-progress-value]:bg-accent [&::-webkit-progress-value]:transition-[width]"
    />
  );
}
