import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Attack, AttackKind } from './attacks.js';

const attack = JSON.parse(process.env['ATTACK']!) as Attack;
const asPerson = { cookie: attack.cookie };
const json = { 'content-type': 'application/json' };
const inProject = `${attack.url}/v1/projects/${attack.projectId}`;

async function send(
  method: string,
  url: string,
  body?: string,
  headers: Record<string, string> = asPerson,
): Promise<void> {
  const response = await fetch(url, { method, headers: { ...headers, ...(body && json) }, ...(body && { body }) });
  await response.arrayBuffer();
}

/** So many at once, without end; whatever they are answered. */
function forever(count: number, act: (i: number) => Promise<unknown>): void {
  for (let i = 0; i < count; i++) {
    void (async () => {
      for (;;) await act(i).catch(() => sleep(100));
    })();
  }
}

const recommend = (limit: number) =>
  send(
    'POST',
    `${attack.url}/v1/deployments/${attack.deploymentId}/recommendations`,
    JSON.stringify({ userId: 'user-1', limit }),
    {
      authorization: `Bearer ${attack.key}`,
    },
  );
const upload = (dataSetId: string, content: string | Buffer) =>
  fetch(`${inProject}/data-sets/${dataSetId}/content`, {
    method: 'PUT',
    headers: { ...asPerson, 'content-type': 'text/csv' },
    body: content as string,
  }).then((response) => response.arrayBuffer());

const ACTS: Record<AttackKind, () => void> = {
  'recommendations at ten times the limit': () =>
    forever(20, async () => {
      await recommend(10);
      await sleep(15);
    }),
  'six uploads of 27 MB': () => {
    const content = readFileSync(attack.file);
    forever(6, async (i) => {
      await upload(attack.dataSetIds[i]!, content);
      await sleep(2_000);
    });
  },
  '200 event streams': () =>
    forever(200, async () => {
      const response = await fetch(`${attack.url}${attack.jobPath}/events`, { headers: asPerson });
      await response.text();
      if (!response.ok) await sleep(500);
    }),
  '24 login loops': () =>
    forever(24, () =>
      send('POST', `${attack.url}/v1/auth/login`, JSON.stringify({ email: attack.email, password: 'wrong' }), {}),
    ),
  'endpoints that never answer': () =>
    forever(4, async (i) => {
      await send('POST', `${attack.url}/v1/webhook-endpoints/${attack.endpointIds[i]}/test`, '{}');
      await sleep(50);
    }),
  'every training that may wait': () =>
    forever(1, async () => {
      for (const modelId of attack.modelIds)
        await send('POST', `${inProject}/models/${modelId}/training-jobs`, '{"despiteVerdict":true}');
      await sleep(500);
    }),
  'a file of 16,000 columns': () => {
    const header = `user_id,item_id,${Array.from({ length: 16_000 }, (_, i) => `c${i}`).join()}`;
    const content = `${header}\n${`u,i,${'1,'.repeat(15_999)}1\n`.repeat(300)}`;
    forever(2, (i) => upload(attack.dataSetIds[i]!, content));
  },
  'the largest attributes': () =>
    forever(8, async () => {
      await recommend(100);
      await sleep(10);
    }),
};

process.on('disconnect', () => process.exit(0));
ACTS[attack.kind]();
