interface SnippetInput {
  origin: string;
  deploymentId: string;
  operation: string;
  body: Record<string, unknown>;
  /** Left to an environment variable when absent. */
  key?: string;
}

const addressOf = ({ origin, deploymentId, operation }: SnippetInput) =>
  `${origin}/v1/deployments/${deploymentId}/${operation}`;

/** For a POSIX shell. */
export function curlSnippet(input: SnippetInput): string {
  const json = JSON.stringify(input.body).replaceAll("'", String.raw`'\''`);
  return [
    `curl -s ${addressOf(input)} \\`,
    `  -H "Authorization: Bearer ${input.key ?? '$KINDRED_API_KEY'}" \\`,
    `  -H 'Content-Type: application/json' \\`,
    `  -d '${json}'`,
  ].join('\n');
}

export function typeScriptSnippet(input: SnippetInput): string {
  return `const response = await fetch('${addressOf(input)}', {
  method: 'POST',
  headers: {
    Authorization: \`Bearer \${process.env.KINDRED_API_KEY}\`,
    'Content-Type': 'application/json',
  },
  body: JSON.stringify(${JSON.stringify(input.body)}),
});
if (!response.ok) throw new Error(await response.text());
console.log(await response.json());`;
}

export function pythonSnippet(input: SnippetInput): string {
  return `import json, os, urllib.request

request = urllib.request.Request(
    "${addressOf(input)}",
    data=json.dumps(${toPython(input.body)}).encode(),
    headers={
        "Authorization": f"Bearer {os.environ['KINDRED_API_KEY']}",
        "Content-Type": "application/json",
    },
)
with urllib.request.urlopen(request) as response:
    print(json.load(response))`;
}

/** JSON as a Python literal: they differ in three words. */
function toPython(value: unknown): string {
  if (value === null) return 'None';
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (Array.isArray(value)) return `[${value.map(toPython).join(', ')}]`;
  if (typeof value !== 'object') return JSON.stringify(value);
  return `{${Object.entries(value)
    .map(([name, each]) => `${JSON.stringify(name)}: ${toPython(each)}`)
    .join(', ')}}`;
}
