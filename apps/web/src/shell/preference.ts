type Preference = 'theme' | 'language' | 'closedAnnouncements';

/** The choice stored in this browser; null where there is none, or where storage is blocked. */
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
