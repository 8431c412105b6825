import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApi, Tenant, type TestApi, until } from '../factories/api.js';

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
