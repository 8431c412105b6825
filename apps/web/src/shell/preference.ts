type Preference = 'theme' | 'language';

/** What this browser was told before; null where nothing was, or where storage is blocked. */
export function readPreference(name: Preference): string | null {
  try {
    return localStorage.getItem(`kindred.${name}`);
  } catch {
    return null;
  }
}

/** Without storage the choice lasts until the page is left. */
export function writePreference(name: Preference, value: string): void {
  try {
    localStorage.setItem(`kindred.${name}`, value);
  } catch {
    // Storage is blocked.
  }
}
