import Bowser from 'bowser';

/** What a browser is and on what it runs; null for what it does not say. */
export interface DeviceName {
  browser: string | null;
  system: string | null;
}

/** @param userAgent what the browser said of itself, which may be anything */
export function readDeviceName(userAgent: string | null): DeviceName {
  if (!userAgent) return { browser: null, system: null };
  const parser = Bowser.getParser(userAgent);
  return { browser: parser.getBrowserName() || null, system: parser.getOSName() || null };
}
