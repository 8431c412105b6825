import { readFileSync } from 'node:fs';
import type { OpenAPIObject } from '@nestjs/swagger';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { exampleOf, type JsonSchema } from '../../apps/api/docs/example.js';
import { operationsOf } from '../../apps/api/docs/reference.js';

const document = JSON.parse(readFileSync('openapi.json', 'utf8')) as OpenAPIObject;
const operations = operationsOf(document);

it('every operation of openapi.json says what it does, and names each parameter once', () => {
  for (const { operationId, summary, description, parameters = [] } of operations) {
    expect(summary && description, operationId).toBeTruthy();
    const names = parameters.map(({ name, in: place }) => `${place} ${name.toLowerCase()}`);
    expect(new Set(names).size, operationId).toBe(names.length);
  }
});

it('every body and every answer in openapi.json has an example, which its schema takes', () => {
  const { schemas } = document.components!;
  for (const { operationId, requestBody, responses } of operations) {
    const good = Object.entries(responses).filter(([status]) => status.startsWith('2'));
    const contents = [requestBody?.content, ...good.map(([, { content }]) => content)];
    for (const { schema } of contents.flatMap((content) => Object.values(content ?? {}))) {
      const example = exampleOf(document, schema as JsonSchema);
      const rules = toRules(schema as object, schemas as object);
      const { success, error } = z.fromJSONSchema(rules as never).safeParse(example);
      expect(success, `${operationId}: ${error && z.prettifyError(error)}`).toBe(true);
    }
  }
});

it('every parameter that a call must have has an example, as the reference writes the call with it', () => {
  for (const { parameters = [] } of operations)
    for (const { name, schema } of parameters.filter(({ in: place, required }) => place === 'query' && required))
      expect(exampleOf(document, schema as JsonSchema, name), name).toBeTruthy();
});

/** One JSON Schema by itself, as the parser wants it. */
function toRules(schema: object, components: object): object {
  return JSON.parse(
    JSON.stringify({ ...schema, $defs: components }).replaceAll('#/components/schemas/', '#/$defs/'),
  ) as object;
}
