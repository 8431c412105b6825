import { expect, it } from 'vitest';
import type { Model, ModelVersion, TrainingJob } from '../../api/client';
import { runsCsv } from './runs-csv';

const model = { settings: { factors: 8 } } as unknown as Model;
const job = (id: string, status: string) => ({ id, status, durationMs: 5 }) as TrainingJob;
const version = (trainingJobId: string, name: string) =>
  ({ id: 'v', trainingJobId, name, recipe: 'ials', result: { values: { auc: 0.5 } } }) as unknown as ModelVersion;

it('has a line for each run, those that failed too, and no formula', () => {
  const csv = runsCsv(model, [job('b', 'failed'), job('a', 'succeeded')], [version('a', '=1+1')]);
  const [header, failed, succeeded] = csv.split('\r\n');
  expect(header).toMatch(/^trainingJobId,status,.*,settings,auc$/);
  expect(failed).toBe('b,failed,,5,,,,,,,"{""factors"":8}",');
  expect(succeeded).toBe(`a,succeeded,,5,,,v,'=1+1,ials,,"{""factors"":8}",0.5`);
});
