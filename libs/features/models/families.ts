import { z } from 'zod';
import { kinds } from '../../models/kinds/kinds.js';
import { findFamily, manifests } from '../../models/manifests.js';
import type { Operation } from '../../models/tasks/task.js';
import { tasks } from '../../models/tasks/tasks.js';
import { noSuchFamily, wrongFields } from './models.errors.js';
import type { CreateModel } from './models.schema.js';

/** What `GET /v1/families` answers: all that a screen or a program needs to offer models of any family. */
export function listFamilies() {
  return {
    families: Object.entries(manifests).map(([key, manifest]) => ({ key, ...describe(manifest) })),
    kinds: listKinds(),
  };
}

function describe({ task, summary, inputs, recipes }: (typeof manifests)[keyof typeof manifests]) {
  const { operations, metrics, verdictBy, baselines } = tasks[task];
  return {
    task,
    summary,
    inputs: Object.entries(inputs).map(([role, { kind, isRequired, summary: use }]) => ({
      role,
      kind,
      required: isRequired,
      summary: use,
    })),
    recipes: Object.entries(recipes).map(([key, recipe]) => ({
      key,
      summary: recipe.summary,
      settings: describeSchema(recipe.settings),
    })),
    operations: Object.fromEntries(Object.entries(operations).map(([name, each]) => [name, describeOperation(each)])),
    metrics,
    verdictBy,
    baselines: [...baselines],
  };
}

function describeOperation({ summary, request, meters }: Operation) {
  return {
    summary,
    request: describeSchema(request),
    meters: Object.keys(meters),
  };
}

const describeSchema = (schema: z.ZodType) => z.toJSONSchema(schema, { io: 'input' }) as Record<string, unknown>;

function listKinds() {
  return Object.entries(kinds).map(([key, { summary, columns, others, statistics }]) => ({
    key,
    summary,
    columns: Object.entries(columns).map(
      ([name, { type, isRequired = false, spellings, guesses = [], values, meaning }]) => ({
        name,
        type,
        required: isRequired,
        spellings: [...spellings],
        guesses: [...guesses],
        values: values ? [...values] : null,
        meaning,
      }),
    ),
    others,
    statistics: Object.fromEntries(
      Object.entries(statistics).map(([name, { type, meaning }]) => [name, { type, meaning }]),
    ),
  }));
}

/**
 * The family that is asked for, or else the one that has the recipe and takes sources in these roles.
 *
 * @throws Problem 400 where there is none or there are several
 */
export function chooseFamily({ family, recipe, sources }: Pick<CreateModel, 'family' | 'recipe' | 'sources'>): string {
  const all = Object.keys(manifests);
  if (family !== undefined) {
    if (findFamily(family)) return family;
    throw wrongFields([{ path: 'family', message: `is none of ${all.join(', ')}` }]);
  }
  const fitting = Object.entries(manifests).filter(
    ([, { inputs, recipes }]) =>
      Object.hasOwn(recipes, recipe) &&
      Object.keys(sources).every((role) => Object.hasOwn(inputs, role)) &&
      Object.entries(inputs).every(([role, { isRequired }]) => !isRequired || Object.hasOwn(sources, role)),
  );
  const [chosen, ...others] = fitting.map(([key]) => key);
  if (chosen && others.length === 0) return chosen;
  throw noSuchFamily(
    fitting.map(([key]) => key),
    all,
  );
}
