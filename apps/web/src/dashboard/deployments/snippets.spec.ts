import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { curlSnippet, pythonSnippet, typeScriptSnippet } from './snippets';

const input = {
  origin: 'https://kindred.example',
  deploymentId: 'd1',
  operation: 'summaries',
  body: { text: `It's "good" $HOME \\ né`, isShort: false, tags: ['a', true, null], limit: 0.5 },
};

describe('the snippets', () => {
  it('call the operation of the deployment', () => {
    for (const write of [curlSnippet, typeScriptSnippet, pythonSnippet])
      expect(write(input)).toContain('https://kindred.example/v1/deployments/d1/summaries');
  });

  it('ask the very same in a shell, whatever the request holds', () => {
    const script = curlSnippet(input).replace(/^curl/, `printf '%s\\n'`);
    expect(JSON.parse(execFileSync('sh', ['-c', script], { encoding: 'utf8' }).trim().split('\n').at(-1)!)).toEqual(
      input.body,
    );
  });

  it('write what is true, false and nothing as Python does', () => {
    expect(pythonSnippet(input)).toContain(
      String.raw`json.dumps({"text": "It's \"good\" $HOME \\ né", "isShort": False, "tags": ["a", True, None], "limit": 0.5})`,
    );
  });
});
