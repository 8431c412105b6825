const NAMES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

/** For text and for attributes of HTML and XML. */
export function escape(text: string): string {
  return text.replaceAll(/[&<>"']/g, (sign) => NAMES[sign]!);
}
