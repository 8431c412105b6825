import pg from 'pg';
import { uuidv7 } from 'uuidv7';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { startApi, Tenant, type TestApi, until, withKey } from '../factories/api.js';

let api: TestApi;
let owner: pg.Client;
let tenant: Tenant;
beforeAll(async () => {
  api = await startApi();
  owner = new pg.Client({ connectionString: inject('ownerUrl') });
  await owner.connect();
  tenant = await Tenant.signUp(api);
});
afterAll(() => Promise.all([api.close(), owner.end()]));

interface Event {
  userId: string;
  itemId: string;
  eventType?: string;
  timestamp?: number;
}

/** Sends events, and waits until the data set holds them. */
async function send(projectId: string, interactions: Event[], dataSetId?: string): Promise<string> {
  const call = { interactions, ...(dataSetId && { dataSetId }) };
  const { body } = await tenant.post(`/v1/projects/${projectId}/interactions`, call).expect(202);
  const at = `/v1/projects/${projectId}/data-sets/${body.dataSetId}`;
  await until(async () => (await tenant.get(at)).body.addedRows === interactions.length);
  return body.dataSetId;
}

const look = async (projectId: string, dataSetId: string, path: string) =>
  (await tenant.get(`/v1/projects/${projectId}/data-sets/${dataSetId}/${path}`).expect(200)).body;

const itemsOf = ({ data }: { data: { values: { item_id: string } }[] }) => data.map(({ values }) => values.item_id);

describe('a data set of events alone', () => {
  it('shows them, the newest first, by user and by item, page by page and by a column', async () => {
    const projectId = await tenant.createProject();
    const events = ['a', 'b', 'c', 'd', 'e'].map((itemId, i) => ({ userId: `u${i % 2}`, itemId, timestamp: 1e9 + i }));
    const dataSetId = await send(projectId, [...events.slice(3), ...events.slice(0, 3)]);
    const first = await look(projectId, dataSetId, 'rows?limit=2');
    expect(first.data[0]).toEqual({
      place: 1,
      values: { user_id: 'u0', item_id: 'e', event_type: null, value: null, timestamp: 1e9 + 4 },
    });
    const second = await look(projectId, dataSetId, `rows?limit=2&cursor=${first.nextCursor}`);
    const third = await look(projectId, dataSetId, `rows?limit=2&cursor=${second.nextCursor}`);
    expect([first, second, third].flatMap(itemsOf)).toEqual(['e', 'd', 'c', 'b', 'a']);
    expect(third.nextCursor).toBeNull();
    expect(itemsOf(await look(projectId, dataSetId, 'rows?search=u1'))).toEqual(['d', 'b']);
    expect(itemsOf(await look(projectId, dataSetId, 'rows?search=c'))).toEqual(['c']);
    expect(itemsOf(await look(projectId, dataSetId, `rows?search=${encodeURIComponent("' OR 1=1 --")}`))).toEqual([]);
    expect(itemsOf(await look(projectId, dataSetId, 'rows?sort=item_id&order=asc'))).toEqual(['a', 'b', 'c', 'd', 'e']);
    await tenant.get(`/v1/projects/${projectId}/data-sets/${dataSetId}/rows?sort=magic`).expect(400);
    const { key } = await tenant.createKey(projectId, ['project:read']);
    await withKey(api, key).get(`/v1/projects/${projectId}/data-sets/${dataSetId}/rows`).expect(403);
    const { data } = await look(projectId, dataSetId, 'users?order=busiest');
    expect(data.map(({ userId, rows }: { userId: string; rows: number }) => [userId, rows])).toEqual([
      ['u0', 3],
      ['u1', 2],
    ]);
    const history = await look(projectId, dataSetId, 'users/u0?limit=2');
    expect([history.rows, history.latest.map(({ row }: { row: { item_id: string } }) => row.item_id)]).toEqual([
      3,
      ['e', 'c'],
    ]);
  });

  it('is counted whatever its ids look like', async () => {
    const projectId = await tenant.createProject();
    const odd = ['"', ',', 'a\nb', 'a\r\nb', "it's", '\\', '物品', '=1+1', 'NULL', '\t|\u0001'];
    const events = odd.flatMap((id) => [
      { userId: `u${id}u`, itemId: `i${id}i`, eventType: `e${id}e` },
      { userId: `u${id}u`, itemId: 'plain' },
    ]);
    const dataSetId = await send(projectId, events);
    const { rows, statistics, distributions } = await look(projectId, dataSetId, 'quality');
    expect([rows, statistics.users.value, statistics.items.value]).toEqual([20, odd.length, odd.length + 1]);
    expect(distributions.ofUsers.bars[1]).toEqual({ label: '2', count: odd.length });
    const { data } = await look(projectId, dataSetId, 'users');
    expect(new Set(data.map(({ userId }: { userId: string }) => userId))).toEqual(new Set(odd.map((id) => `u${id}u`)));
  });

  it('shows nobody who is being erased', async () => {
    const projectId = await tenant.createProject();
    const dataSetId = await send(projectId, [
      { userId: 'gone', itemId: 'a' },
      { userId: 'here', itemId: 'b' },
    ]);
    await tenant.delete(`/v1/projects/${projectId}/users/gone`).expect(202);
    expect(itemsOf(await look(projectId, dataSetId, 'rows'))).toEqual(['b']);
  });

  it('is judged before training by the same figures as it is let through by', async () => {
    const projectId = await tenant.createProject();
    const events = Array.from({ length: 900 }, (_, i) => ({ userId: `u${i % 90}`, itemId: `i${i % 31}` }));
    const dataSetId = await send(projectId, events);
    const quality = await look(projectId, dataSetId, 'quality');
    expect(quality).toMatchObject({
      rows: 900,
      verdict: { isEnough: false },
      statistics: { users: { value: 90 }, items: { value: 31 }, usersWithTwoOrMore: { value: 90 } },
    });
    expect(quality.distributions.ofUsers.bars.find(({ label }: { label: string }) => label === '6–10').count).toBe(90);
    const model = { name: 'Popular', recipe: 'popularity', sources: { interactions: dataSetId } };
    const { id } = (await tenant.post(`/v1/projects/${projectId}/models`, model).expect(201)).body;
    const at = `/v1/projects/${projectId}/models/${id}`;
    const estimate = (await tenant.get(`${at}/training-estimate`).expect(200)).body;
    expect([estimate.rows, estimate.verdict]).toEqual([900, quality.verdict]);
    const refused = await tenant.post(`${at}/training-jobs`, {}).expect(409);
    expect(refused.body.detail).toContain(quality.verdict.because[0]);
  });
});

describe('a data set of a file and of events', () => {
  it('counts both together, whoever is in both once, and shows either part', async () => {
    const projectId = await tenant.createProject();
    const dataSetId = await tenant.createDataSet(projectId, 'interactions');
    const lines = Array.from({ length: 990 }, (_, i) => `u${i},i${i % 7},view,1,2020-01-01`);
    await tenant.upload(projectId, dataSetId, `user_id,item_id,event_type,value,timestamp\n${lines.join('\n')}\n`);
    const before = await look(projectId, dataSetId, 'quality');
    expect(before).toMatchObject({ rows: 990, statistics: { usersWithTwoOrMore: { value: 0 } } });
    // Each of them once more, in another way, and one who is new.
    const events = Array.from({ length: 30 }, (_, i) => ({ userId: `u${i}`, itemId: 'new', timestamp: 1_600_000_000 }));
    await send(projectId, [...events, { userId: 'late', itemId: 'i0', timestamp: 1_700_000_000 }], dataSetId);
    const after = await look(projectId, dataSetId, 'quality');
    expect(after).toMatchObject({
      rows: 1_021,
      verdict: { isEnough: true, because: ['There are 1021 interactions, and 30 users have two or more.'] },
      statistics: {
        users: { value: 991 },
        items: { value: 8 },
        usersWithTwoOrMore: { value: 30 },
        to: { value: '2023-11-14T22:13:20.000Z' },
      },
      report: { usersWithOne: { value: 961 } },
    });
    const model = { name: 'Popular', recipe: 'popularity', sources: { interactions: dataSetId } };
    const { id } = (await tenant.post(`/v1/projects/${projectId}/models`, model).expect(201)).body;
    const estimate = (await tenant.get(`/v1/projects/${projectId}/models/${id}/training-estimate`).expect(200)).body;
    expect([estimate.rows, estimate.verdict]).toEqual([1_021, after.verdict]);
    expect((await look(projectId, dataSetId, 'rows?limit=1')).data[0].values.user_id).toBe('u0');
    expect((await look(projectId, dataSetId, 'rows?limit=1&part=added')).data[0].values.user_id).toBe('late');
    const history = await look(projectId, dataSetId, 'users/u7');
    expect(history.latest.map(({ row }: { row: { item_id: string } }) => row.item_id)).toEqual(['new', 'i0']);
    const items = await tenant.createDataSet(projectId, 'items');
    await tenant.upload(projectId, items, 'item_id,title\ni0,Lamp\nnew,Chair\n');
    const { data } = await look(projectId, items, `rows?countedBy=${dataSetId}`);
    expect(data.map(({ interactions }: { interactions: number }) => interactions)).toEqual([143, 30]);
    // Items that were sent by themselves are known as those of a file are.
    expect((await look(projectId, dataSetId, 'quality')).report.unknownItems.value).toBe(990 - 142);
    const rows = Array.from({ length: 6 }, (_, i) => ({ id: `i${i + 1}`, attributes: {} }));
    await tenant.post(`/v1/projects/${projectId}/data-sets/${items}/rows`, { rows }).expect(200);
    expect(await look(projectId, dataSetId, 'quality')).toMatchObject({ report: { unknownItems: { value: 0 } } });
  });
});

it('texts are counted by their last word, and those that came by themselves are shown and found', async () => {
  const projectId = await tenant.createProject();
  const dataSetId = await tenant.createDataSet(projectId, 'labelled-texts');
  await tenant.upload(projectId, dataSetId, 'text,label\nIt is late,delivery\nIt is broken,goods\n');
  const corrections = [
    { text: 'It is late', label: 'goods' },
    { text: 'Where is it?', label: 'where' },
    { text: 'It is late', label: 'late' },
  ];
  for (const [i, row] of corrections.entries())
    await owner.query(
      'INSERT INTO added_rows (tenant_id, data_set_id, id, origin, row) SELECT tenant_id, id, $2, $3, $4 FROM data_sets WHERE id = $1',
      [dataSetId, uuidv7(), `test/${i}`, row],
    );
  const { rows, statistics, distributions } = await look(projectId, dataSetId, 'quality');
  expect([rows, statistics.labels.value]).toEqual([3, 3]);
  expect(distributions.ofLabels.bars.map(({ label }: { label: string }) => label)).toEqual(['goods', 'late', 'where']);
  const textsOf = async (query: string) =>
    (await look(projectId, dataSetId, `rows?${query}`)).data.map(({ values }: any) => values.text);
  expect(await textsOf('')).toEqual(['It is late', 'It is broken']);
  expect(await textsOf('part=added')).toEqual(['It is late', 'Where is it?', 'It is late']);
  expect(await textsOf('part=added&sort=label&order=asc&limit=1&cursor=2')).toEqual(['Where is it?']);
  expect(await textsOf('part=added&search=WHERE')).toEqual(['Where is it?']);
});
