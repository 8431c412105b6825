import type { Request } from './task';

interface JsonSchema {
  default?: unknown;
  enum?: unknown[];
  type?: string;
  minimum?: number;
  properties?: Record<string, JsonSchema>;
}

/** A request that has every field which the schema names: its default, or something of its type. */
export const exampleOf = (schema: JsonSchema): Request =>
  Object.fromEntries(Object.entries(schema.properties ?? {}).map(([name, property]) => [name, valueOf(property)]));

function valueOf(schema: JsonSchema): unknown {
  if (schema.default !== undefined) return schema.default;
  if (schema.enum) return schema.enum[0];
  switch (schema.type) {
    case 'object':
      return exampleOf(schema);
    case 'array':
      return [];
    case 'boolean':
      return false;
    case 'integer':
    case 'number':
      return schema.minimum ?? 0;
    default:
      return '';
  }
}
