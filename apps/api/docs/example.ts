import type { OpenAPIObject } from '@nestjs/swagger';
import { EXAMPLE_IDS, EXAMPLE_TIME } from '../../../libs/platform/http/examples.js';

/** As much of JSON Schema as the routes' zod schemas become. */
export interface JsonSchema {
  $ref?: string;
  type?: string | string[];
  format?: string;
  description?: string;
  enum?: unknown[];
  const?: unknown;
  default?: unknown;
  example?: unknown;
  minimum?: number;
  maximum?: number;
  maxLength?: number;
  properties?: Record<string, JsonSchema>;
  required?: string[];
  items?: JsonSchema;
  anyOf?: JsonSchema[];
  allOf?: JsonSchema[];
}

/** The schema that a `$ref` names; any other as it is. */
export function resolve(document: OpenAPIObject, schema: JsonSchema): JsonSchema {
  const name = schema.$ref?.split('/').at(-1);
  return name ? (document.components!.schemas![name] as JsonSchema) : schema;
}

/**
 * The example that stands at a schema; of one without, what its parts say: an id by the noun in its name, and times.
 *
 * @param name of the property that has the schema
 * @throws Error where a text has neither an example nor a form that tells what it looks like
 */
export function exampleOf(document: OpenAPIObject, given: JsonSchema, name = ''): unknown {
  const schema = resolve(document, given);
  if (schema.example !== undefined) return schema.example;
  if (given.$ref) return exampleOf(document, schema, name || given.$ref.split('/').at(-1));
  if (schema.const !== undefined) return schema.const;
  if (schema.enum) return schema.enum[0];
  const [first] = schema.anyOf ?? schema.allOf ?? [];
  if (first) return exampleOf(document, first, name);
  switch ([schema.type].flat()[0]) {
    case 'object': {
      const parts = Object.entries(schema.properties ?? {}).filter(([part]) => schema.required?.includes(part));
      return Object.fromEntries(parts.map(([part, each]) => [part, exampleOf(document, each, part)]));
    }
    case 'array':
      return [exampleOf(document, schema.items!, name)];
    case 'integer':
    case 'number':
      return Math.max(schema.minimum ?? 0, 0);
    case 'boolean':
      return false;
    case 'null':
      return null;
    default:
      return exampleOfText(schema, name);
  }
}

function exampleOfText(schema: JsonSchema, name: string): unknown {
  if ([schema.type].flat().includes('null')) return null;
  if (schema.format === 'date-time') return EXAMPLE_TIME;
  const id = EXAMPLE_IDS[name.replace(/Ids?$/, '') as keyof typeof EXAMPLE_IDS];
  if (schema.format === 'uuid' && id) return id;
  throw new Error(`${name} of openapi.json has no example: give its zod schema one by .meta({ examples: […] }).`);
}
