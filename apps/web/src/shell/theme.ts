import { useSyncExternalStore } from 'react';
import { readPreference, writePreference } from './preference';

const systemDark = matchMedia('(prefers-color-scheme: dark)');
const listeners = new Set<() => void>();

const isDarkNow = () => document.documentElement.classList.contains('dark');

function apply(isDark: boolean): void {
  document.documentElement.classList.toggle('dark', isDark);
  for (const listener of listeners) listener();
}

/** Keeps to the system's theme as it changes, until somebody chooses one. `public/theme.js` sets the theme of the first paint. */
export function followSystemTheme(): void {
  systemDark.addEventListener('change', ({ matches }) => {
    if (!readPreference('theme')) apply(matches);
  });
}

export function chooseTheme(theme: 'light' | 'dark'): void {
  writePreference('theme', theme);
  apply(theme === 'dark');
}

export function useIsDark(): boolean {
  return useSyncExternalStore((listener) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  }, isDarkNow);
}
