/** One call, as the snippets of the reference make it. */
export interface Call {
  method: string;
  url: string;
  /** An object or list is sent as JSON; `file` sends a CSV file. */
  body?: { json: unknown } | { file: string };
  /** What signs it: an API key of the environment, a session in curl's cookie jar, or nothing. */
  auth: 'key' | 'session' | 'none';
  headers: Record<string, string>;
  /** Whether the answer is JSON; else it is text, a file or nothing. */
  answersJson: boolean;
}

const FILE_TYPE = 'text/csv';

/** For a POSIX shell. */
export function curlSnippet({ method, url, body, auth, headers }: Call): string {
  const options = [
    ...(auth === 'key' ? ['-H "Authorization: Bearer $KINDRED_API_KEY"'] : []),
    ...(auth === 'session' ? ['-b jar'] : []),
    ...Object.entries(headers).map(([name, value]) => `-H ${quoted(`${name}: ${value}`)}`),
    ...(body ? [`-H 'Content-Type: ${'file' in body ? FILE_TYPE : 'application/json'}'`] : []),
    ...(body && 'file' in body ? [`-T ${body.file}`] : []),
    ...(body && 'json' in body ? [`-d ${quoted(JSON.stringify(body.json))}`] : []),
  ];
  const isImplied = method === 'GET' || (body && method === ('file' in body ? 'PUT' : 'POST'));
  // Waits for no body, which there is none of.
  const named = method === 'HEAD' ? '--head ' : `-X ${method} `;
  return [`curl -s ${isImplied ? '' : named}${/[?&]/.test(url) ? quoted(url) : url}`, ...options].join(' \\\n  ');
}

/** For Node 20 or later, whose `fetch` needs no package. */
export function typeScriptSnippet({ method, url, body, answersJson }: Call): string {
  const isFile = body && 'file' in body;
  const sent = body && ('file' in body ? `await readFile('${body.file}')` : `JSON.stringify(${asLiteral(body.json)})`);
  return [
    ...(isFile ? ["import { readFile } from 'node:fs/promises';", ''] : []),
    `const response = await fetch('${url}', {`,
    ...(method === 'GET' ? [] : [`  method: '${method}',`]),
    '  headers: {',
    '    Authorization: `Bearer ${process.env.KINDRED_API_KEY}`,',
    ...(body ? [`    'Content-Type': '${isFile ? FILE_TYPE : 'application/json'}',`] : []),
    '  },',
    ...(sent ? [`  body: ${sent},`] : []),
    '});',
    'if (!response.ok) throw new Error(await response.text());',
    `console.log(await response.${answersJson ? 'json' : 'text'}());`,
  ].join('\n');
}

/** For Python 3, by its standard library alone. */
export function pythonSnippet({ method, url, body, answersJson }: Call): string {
  const isFile = body && 'file' in body;
  const sent = body && ('file' in body ? `open("${body.file}", "rb")` : `json.dumps(${asPython(body.json)}).encode()`);
  const needsJson = answersJson || (body && 'json' in body);
  return [
    `import ${needsJson ? 'json, ' : ''}os, urllib.request`,
    '',
    'request = urllib.request.Request(',
    `    "${url}",`,
    `    method="${method}",`,
    ...(sent ? [`    data=${sent}${isFile ? '.read()' : ''},`] : []),
    '    headers={',
    `        "Authorization": f"Bearer {os.environ['KINDRED_API_KEY']}",`,
    ...(body ? [`        "Content-Type": "${isFile ? FILE_TYPE : 'application/json'}",`] : []),
    '    },',
    ')',
    'with urllib.request.urlopen(request) as response:',
    `    print(${answersJson ? 'json.load(response)' : 'response.read().decode()'})`,
  ].join('\n');
}

/** In single quotes of a POSIX shell. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}

function asLiteral(json: unknown): string {
  return JSON.stringify(json, null, 2).replaceAll('\n', '\n  ');
}

/** JSON as a Python literal: they differ in three words, each at the end of its line. */
function asPython(json: unknown): string {
  const words: Record<string, string> = { true: 'True', false: 'False', null: 'None' };
  return JSON.stringify(json, null, 4)
    .replace(/(?<=(?:": |^ *))(true|false|null)(?=,?$)/gm, (word) => words[word]!)
    .replaceAll('\n', '\n    ');
}
