import { Problem } from '../../platform/errors/problem.js';

export const wrongFields = (errors: { path: string; message: string }[]) =>
  new Problem(400, 'invalid_request', `${errors[0]?.path}: ${errors[0]?.message}`, { errors });

export const wrongDataSetKind = (field: string, wanted: string, kind: string) =>
  new Problem(422, 'wrong_data_set_kind', `${field} must name a data set of kind ${wanted}; this one holds ${kind}.`);

/** @param fitting keys of the families that such sources and the recipe would do for */
export const noSuchFamily = (fitting: string[], all: string[]) =>
  new Problem(
    400,
    'invalid_request',
    fitting.length === 0
      ? `No family has this recipe and takes these sources. Set family to one of ${all.join(', ')} to see what is missing.`
      : `Several families have this recipe and take these sources. Set family to one of ${fitting.join(', ')}.`,
  );

export const noReport = () =>
  new Problem(404, 'not_found', 'This version has no report: there is no more to tell of it than its result.');
