import { CircleCheck } from 'lucide-react';
import { useSyncExternalStore } from 'react';

const SHOWN_MS = 5_000;

interface Toast {
  id: number;
  text: string;
}

let toasts: readonly Toast[] = [];
let lastId = 0;
const listeners = new Set<() => void>();

function set(next: readonly Toast[]): void {
  toasts = next;
  for (const listener of listeners) listener();
}

/** Says for some seconds, in a corner, that something was done. What must not be missed belongs on the page. */
export function toast(text: string): void {
  const added = { id: ++lastId, text };
  set([...toasts, added]);
  setTimeout(() => set(toasts.filter((each) => each !== added)), SHOWN_MS);
}

/** Where toasts appear; once on every page. */
export function Toasts() {
  const shown = useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => toasts,
  );
  return (
    <output className="pointer-events-none fixed right-4 bottom-4 z-40 grid justify-items-end gap-2">
      {shown.map(({ id, text }) => (
        <p
          key={id}
          className="flex items-center gap-2 rounded-lg bg-ink px-3.5 py-2.5 font-medium text-canvas shadow-raised"
        >
          <CircleCheck aria-hidden className="size-4" />
          {text}
        </p>
      ))}
    </output>
  );
}
