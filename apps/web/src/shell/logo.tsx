/** The mark: two circles that share a part. The name stands next to it, so it is decoration to screen readers. */
export function Logo() {
  return (
    <svg viewBox="0 0 24 24" aria-hidden className="size-6 shrink-0">
      <rect width="24" height="24" rx="6" fill="#0f766e" />
      <g fill="none" stroke="#fff" strokeWidth="1.8">
        <circle cx="9.2" cy="12" r="4.4" />
        <circle cx="14.8" cy="12" r="4.4" />
      </g>
      <path d="M12 8.6a4.4 4.4 0 0 1 0 6.8 4.4 4.4 0 0 1 0-6.8z" fill="#fff" />
    </svg>
  );
}
