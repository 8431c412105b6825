import { Problem } from '../../platform/errors/problem.js';

export const wrongSettings = (errors: { path: string; message: string }[]) =>
  new Problem(400, 'invalid_request', `${errors[0]?.path}: ${errors[0]?.message}`, { errors });

export const wrongDataSetKind = (field: string, wanted: string, kind: string) =>
  new Problem(422, 'wrong_data_set_kind', `${field} must name a data set of kind ${wanted}; this one holds ${kind}.`);
