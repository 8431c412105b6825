import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApi, Tenant, type TestApi, until, withKey } from '../factories/api.js';

const INTERACTIONS = `user_id,item_id,event_type,rating,timestamp
busy,a,view,,2020-01-01
busy,b,view,,2020-01-02
busy,c,purchase,2.5,2020-01-03
early,a,view,,2019-01-01
early,b,view,,2019-06-01
late,a,view,,2021-01-01
it's / odd,a,view,,2018-01-01
`;
const ITEMS = 'item_id,title,year\na,Alien,1979\nc,Casablanca,\n';

let api: TestApi;
let tenant: Tenant;
let projectId: string;
let dataSetId: string;
let itemsId: string;

beforeAll(async () => {
  api = await startApi();
  tenant = await Tenant.signUp(api);
  projectId = await tenant.createProject();
  dataSetId = await tenant.createDataSet(projectId, 'interactions');
  itemsId = await tenant.createDataSet(projectId, 'items');
  await tenant.upload(projectId, dataSetId, INTERACTIONS);
  await tenant.upload(projectId, itemsId, ITEMS);
});
afterAll(() => api.close());

const pathOf = (id = dataSetId) => `/v1/projects/${projectId}/data-sets/${id}/users`;
const usersBy = async (query: string) =>
  (await tenant.get(`${pathOf()}?${query}`).expect(200)).body.data as { userId: string; rows: number }[];
const idsBy = async (query: string) => (await usersBy(query)).map(({ userId }) => userId);

describe('the rows of a data set', () => {
  const rowsOf = async (query = '', id = dataSetId) =>
    (await tenant.get(`/v1/projects/${projectId}/data-sets/${id}/rows?${query}`).expect(200)).body;

  it('come page by page in the order of their file, and are found by what an id starts with', async () => {
    const first = await rowsOf('limit=3');
    expect(first.data[0]).toEqual({
      place: 1,
      values: { user_id: 'busy', item_id: 'a', event_type: 'view', value: null, timestamp: 1_577_836_800 },
    });
    const second = await rowsOf(`limit=3&cursor=${first.nextCursor}`);
    const third = await rowsOf(`limit=3&cursor=${second.nextCursor}`);
    const places = [first, second, third].flatMap(({ data }) => data.map(({ place }: { place: number }) => place));
    expect(places).toEqual([1, 2, 3, 4, 5, 6, 7]);
    expect(third.nextCursor).toBeNull();
    expect((await rowsOf('search=ear')).data.map(({ place }: { place: number }) => place)).toEqual([4, 5]);
    expect((await rowsOf(`search=${encodeURIComponent("' OR 1=1 --")}`)).data).toEqual([]);
  });

  it('come in the order of a column, page by page, and are found by words of their attributes', async () => {
    const first = await rowsOf('sort=user_id&order=asc&limit=3');
    const second = await rowsOf(`sort=user_id&order=asc&limit=100&cursor=${first.nextCursor}`);
    const users = [...first.data, ...second.data].map(({ values }: { values: { user_id: string } }) => values.user_id);
    expect(users).toHaveLength(7);
    expect(users).toEqual(users.toSorted());
    expect(second.nextCursor).toBeNull();
    expect((await rowsOf('sort=title', itemsId)).data.map(({ place }: { place: number }) => place)).toEqual([2, 1]);
    expect((await rowsOf('search=LIEN', itemsId)).data).toHaveLength(1);
    const { body } = await tenant.get(`/v1/projects/${projectId}/data-sets/${itemsId}/rows?sort=magic`).expect(400);
    expect(body.detail).toBe('The rows have no column magic to be ordered by; they have item_id, title, year.');
  });

  it('are for people alone where they name people: to a key they are refused as histories are', async () => {
    const { key } = await tenant.createKey(projectId, ['project:read']);
    const read = (path: string) => withKey(api, key).get(`/v1/projects/${projectId}/data-sets/${path}`);
    expect((await read(`${dataSetId}/rows`).expect(403)).body).toMatchObject({
      code: 'not_permitted',
      detail: expect.stringContaining('end-users:read'),
    });
    await read(`${dataSetId}/users/busy`).expect(403);
    expect((await read(`${itemsId}/rows`).expect(200)).body.data).toHaveLength(2);
    await read(`${dataSetId}/quality`).expect(200);
  });

  it('of items come with their attributes, and with how many interactions there are with each', async () => {
    const { data } = await rowsOf(`countedBy=${dataSetId}`, itemsId);
    expect(data).toEqual([
      { place: 1, values: { item_id: 'a', title: 'Alien', year: '1979' }, interactions: 4 },
      { place: 2, values: { item_id: 'c', title: 'Casablanca', year: null }, interactions: 1 },
    ]);
    const wrong = await tenant.get(`/v1/projects/${projectId}/data-sets/${dataSetId}/rows?countedBy=${dataSetId}`);
    expect(wrong.body).toMatchObject({ status: 409, code: 'counts_nothing' });
  });

  it('are judged before training, and spread over time, users and items', async () => {
    const { body } = await tenant.get(`/v1/projects/${projectId}/data-sets/${dataSetId}/quality`).expect(200);
    expect(body.verdict).toEqual({
      isEnough: false,
      because: [
        expect.stringMatching(/^There are 7 interactions; below 1000/),
        expect.stringMatching(/^2 users have two/),
      ],
    });
    expect(body.findings.map(({ code, blocks }: { code: string; blocks: boolean }) => [code, blocks])).toEqual([
      ['few_interactions', true],
      ['few_active_users', true],
      ['unknown_items', false],
      ['concentrated', false],
    ]);
    const figures = Object.entries<{ value: number }>(body.report).map(([name, { value }]) => [name, value]);
    // Three items, of which one is the most popular hundredth and one is in no data set of items.
    expect(Object.fromEntries(figures)).toEqual({
      density: 7 / 12,
      days: 1_096,
      duplicates: 0,
      usersWithOne: 2,
      itemsWithOne: 1,
      topShare: 4 / 7,
      futureTimes: 0,
      earlyTimes: 0,
      unknownItems: 2,
    });
    const { overTime, ofUsers, ofItems } = body.distributions;
    const sum = ({ bars }: { bars: { count: number }[] }) => bars.reduce((total, { count }) => total + count, 0);
    expect([sum(overTime), sum(ofUsers), sum(ofItems)]).toEqual([7, 4, 3]);
    expect(overTime.bars.length).toBeGreaterThan(80);
    expect(overTime.bars.length).toBeLessThan(95);
    expect(overTime.bars.at(-1).count).toBe(1);
    expect(ofUsers.bars.slice(0, 3)).toEqual([
      { label: '1', count: 2 },
      { label: '2', count: 1 },
      { label: '3–5', count: 1 },
    ]);
  });

  it('are none where there are none, and bounded', async () => {
    const empty = await tenant.createDataSet(projectId, 'labelled-texts');
    expect(await rowsOf('', empty)).toEqual({ data: [], nextCursor: null });
    const quality = await tenant.get(`/v1/projects/${projectId}/data-sets/${empty}/quality`).expect(200);
    expect(quality.body).toEqual({
      verdict: null,
      findings: [],
      rows: 0,
      statistics: {},
      report: {},
      distributions: {},
    });
    await tenant.upload(projectId, empty, 'text,label\nWhere is it?,delivery\nMoney back!,refund|money\n');
    expect((await rowsOf('search=MONEY', empty)).data).toHaveLength(1);
    const { body } = await tenant.get(`/v1/projects/${projectId}/data-sets/${empty}/quality`).expect(200);
    expect(body.distributions.ofLabels.bars).toHaveLength(3);
    for (const query of ['limit=0', 'limit=101', 'cursor=x', 'cursor=0', 'x=1'])
      await tenant.get(`/v1/projects/${projectId}/data-sets/${dataSetId}/rows?${query}`).expect(400);
  });

  it('leave with the person who is erased, and the imports stay listed', async () => {
    const id = await tenant.createDataSet(projectId, 'interactions');
    await tenant.upload(projectId, id, 'user_id,item_id\ngone,a\nstays,a\n');
    await tenant.delete(`/v1/projects/${projectId}/users/gone`).expect(202);
    expect((await rowsOf('', id)).data.map(({ values }: any) => values.user_id)).toEqual(['stays']);
    const { body } = await tenant.get(`/v1/projects/${projectId}/data-sets/${id}/imports?limit=1`).expect(200);
    expect(body.data).toMatchObject([{ status: 'succeeded' }]);
    expect(body.nextCursor).toBeNull();
  });
});

describe('the users of a data set', () => {
  it('are those who did most, those who came last, or any', async () => {
    expect(await usersBy('order=busiest&limit=2')).toEqual([
      { userId: 'busy', rows: 3, firstAt: '2020-01-01T00:00:00.000Z', lastAt: '2020-01-03T00:00:00.000Z' },
      { userId: 'early', rows: 2, firstAt: '2019-01-01T00:00:00.000Z', lastAt: '2019-06-01T00:00:00.000Z' },
    ]);
    expect(await idsBy('order=newest')).toEqual(['late', 'busy', 'early', "it's / odd"]);
    expect((await idsBy('')).sort()).toEqual(['busy', 'early', "it's / odd", 'late']);
    expect(await idsBy('order=random&limit=1')).toHaveLength(1);
  });

  it('are shown with what they did last, and what is known of the things that they did it with', async () => {
    const get = async (userId: string, query = '') =>
      (await tenant.get(`${pathOf()}/${encodeURIComponent(userId)}${query}`).expect(200)).body;
    expect(await get('busy', `?limit=2&describedBy=${itemsId}`)).toEqual({
      userId: 'busy',
      rows: 3,
      latest: [
        {
          row: { user_id: 'busy', item_id: 'c', event_type: 'purchase', value: 2.5, timestamp: 1_578_009_600 },
          attributes: { title: 'Casablanca' },
        },
        { row: { user_id: 'busy', item_id: 'b', event_type: 'view', value: null, timestamp: 1_577_923_200 } },
      ],
    });
    expect(await get("it's / odd", `?describedBy=${itemsId}`)).toMatchObject({
      rows: 1,
      latest: [{ attributes: { title: 'Alien', year: '1979' } }],
    });
    expect((await get('late')).latest[0]).not.toHaveProperty('attributes');
  });

  it('are none of an empty data set, and of rows that tell of no one there is a clear refusal', async () => {
    const empty = await tenant.createDataSet(projectId, 'interactions');
    expect((await tenant.get(pathOf(empty)).expect(200)).body).toEqual({ data: [] });
    await tenant.get(`${pathOf(empty)}/busy`).expect(404);
    await tenant.get(`${pathOf()}/nobody`).expect(404);
    await tenant.get(`${pathOf()}/${encodeURIComponent("x' OR '1'='1")}`).expect(404);
    expect((await tenant.get(pathOf(itemsId)).expect(409)).body.code).toBe('no_history');
    const wrong = await tenant.get(`${pathOf()}/busy?describedBy=${dataSetId}`).expect(409);
    expect(wrong.body).toMatchObject({ code: 'wrong_kind', detail: expect.stringContaining('items') });
    for (const query of ['order=oldest', 'limit=0', 'limit=101', 'x=1'])
      await tenant.get(`${pathOf()}?${query}`).expect(400);
  });

  it('S1: are of the own organization and project alone, and so is the data set that describes what they did', async () => {
    const stranger = await Tenant.signUp(api);
    const theirProject = await stranger.createProject();
    const theirItems = await stranger.createDataSet(theirProject, 'items');
    await stranger.get(pathOf()).expect(404);
    await stranger.get(pathOf().replace(projectId, theirProject)).expect(404);
    await stranger.get(`${pathOf()}/busy`).expect(404);
    await tenant.get(`${pathOf()}/busy?describedBy=${theirItems}`).expect(404);
    const other = await tenant.createProject('Other');
    await tenant.get(pathOf().replace(projectId, other)).expect(404);
  });

  it('do not hold who is being erased, from the moment of asking', async () => {
    expect(await idsBy('order=busiest&limit=1')).toEqual(['busy']);
    await tenant.delete(`/v1/projects/${projectId}/users/busy`).expect(202);
    await until(async () => !(await idsBy('order=busiest')).includes('busy'));
    expect(await idsBy('order=busiest&limit=1')).toEqual(['early']);
    await tenant.get(`${pathOf()}/busy`).expect(404);
  });

  it('are read one look after another, and an organization that asks too often is told so', async () => {
    const all = await Promise.all(Array.from({ length: 30 }, () => tenant.get(`${pathOf()}?order=busiest`)));
    expect([...new Set(all.map(({ status }) => status))].sort()).toEqual([200, 429]);
    expect(all.find(({ status }) => status === 429)!.body.code).toBe('too_many_readings');
    await tenant.get(pathOf()).expect(200);
  });
});
