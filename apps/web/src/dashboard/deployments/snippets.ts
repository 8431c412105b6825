import type { RecommendationsRecommendData } from '../../api/client';

export type RecommendInput = Required<RecommendationsRecommendData['body']>;

interface SnippetInput {
  origin: string;
  deploymentId: string;
  body: RecommendInput;
  /** Left to an environment variable when absent. */
  key?: string;
}

const addressOf = ({ origin, deploymentId }: SnippetInput) =>
  `${origin}/v1/deployments/${deploymentId}/recommendations`;

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
const { items } = await response.json();
console.log(items);`;
}

export function pythonSnippet(input: SnippetInput): string {
  const { userId, limit, excludeSeen, personalized } = input.body;
  const truth = (value: boolean) => (value ? 'True' : 'False');
  // A JSON string is also a Python string.
  const body = `{"userId": ${JSON.stringify(userId)}, "limit": ${limit}, "excludeSeen": ${truth(excludeSeen)}, "personalized": ${truth(personalized)}}`;
  return `import json, os, urllib.request

request = urllib.request.Request(
    "${addressOf(input)}",
    data=json.dumps(${body}).encode(),
    headers={
        "Authorization": f"Bearer {os.environ['KINDRED_API_KEY']}",
        "Content-Type": "application/json",
    },
)
with urllib.request.urlopen(request) as response:
    print(json.load(response)["items"])`;
}
