import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { curlOf } from './curl';

/** What a shell would hand to curl. */
function argumentsOf(script: string): string[] {
  const env = { PATH: process.env['PATH'], KINDRED_API_KEY: 'kin_test_x' };
  return execFileSync('sh', ['-c', script.replace(/^curl/, `printf '%s\\n'`)], { env, encoding: 'utf8' })
    .trimEnd()
    .split('\n');
}

describe('a call as curl', () => {
  it('calls the same address, with the key from the environment', () => {
    expect(argumentsOf(curlOf('https://k.example', { method: 'GET', path: '/v1/projects/1/models' }))).toEqual([
      '-s',
      '-X',
      'GET',
      'https://k.example/v1/projects/1/models',
      '-H',
      'Authorization: Bearer kin_test_x',
    ]);
  });

  it('takes a body from a file where the method has one', () => {
    const args = argumentsOf(curlOf('https://k.example', { method: 'POST', path: '/v1/x' }));
    expect(args.slice(-2)).toEqual(['-d', '@body.json']);
  });

  it('runs nothing that a path says', () => {
    const path = `/v1/deployments/';echo$IFS$HOME;'/$(id)/\`id\``;
    expect(argumentsOf(curlOf('https://k.example', { method: 'GET', path }))[3]).toBe(
      `https://k.example${path.replaceAll("'", '%27')}`,
    );
  });
});
