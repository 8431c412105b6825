import type { RequestLogEntry } from '../../api/client';

export const hasBody = (method: string): boolean => ['POST', 'PUT', 'PATCH'].includes(method);

/** The call again, for a POSIX shell. Neither the key nor the body is known: the one stays a variable, the other a file. */
export function curlOf(origin: string, { method, path }: Pick<RequestLogEntry, 'method' | 'path'>): string {
  // A path is what the caller made it, so it must not end the quotes.
  const address = `${origin}${path}`.replaceAll("'", '%27');
  return [
    `curl -s -X ${method} '${address}'`,
    `  -H "Authorization: Bearer $KINDRED_API_KEY"`,
    ...(hasBody(method) ? [`  -H 'Content-Type: application/json'`, `  -d @body.json`] : []),
  ].join(' \\\n');
}
