import fc from 'fast-check';

type Json = Record<string, any>;

/** Text that has broken programs before, next to any other. */
const NASTY_TEXT = fc.constantFrom(
  '',
  '\0',
  'a\0b',
  '\ud800',
  'constructor',
  '__proto__',
  'toString',
  '9999-12-31T23:59:59-23:00',
  '0000-01-01T00:00:00Z',
  '1969-12-31T23:59:59Z',
  '9999-12-31',
  '0x10',
  '1e400',
  '-0',
  "'; DROP TABLE users; --",
  '../../../../etc/passwd',
  '%00',
  '\u202e',
  '𝒳'.repeat(300),
  'x'.repeat(5_000),
  '00000000-0000-0000-0000-000000000000',
);
const NASTY = fc.oneof(
  NASTY_TEXT,
  fc.constantFrom(null, true, 0, -1, 1e308, 2 ** 53, 999_999_999_999, 1.5, [], {}, [null], { '\0': 1 }, [[[]]]),
);

/**
 * Values that a JSON Schema of openapi.json allows, and now and then ones that it does not.
 *
 * @param ids what stands for any UUID, so that some requests reach rows that are there
 */
export function arbitraryOf(schema: Json, components: Json, ids: string[]): fc.Arbitrary<unknown> {
  return fc.oneof({ arbitrary: validOf(schema, components, ids), weight: 6 }, { arbitrary: NASTY, weight: 1 });
}

function validOf(schema: Json, components: Json, ids: string[]): fc.Arbitrary<unknown> {
  const of = (each: Json) => arbitraryOf(each, components, ids);
  if (schema['$ref']) return validOf(components[schema['$ref'].split('/').at(-1)], components, ids);
  if (schema['const'] !== undefined) return fc.constant(schema['const']);
  if (schema['enum']) return fc.constantFrom(...schema['enum']);
  const either = schema['anyOf'] ?? schema['oneOf'];
  if (either) return fc.oneof(...either.map(of));
  if (schema['allOf']) return fc.tuple(...schema['allOf'].map(of)).map((parts) => Object.assign({}, ...parts));
  switch (schema['type']) {
    case 'string':
      return textOf(schema, ids);
    case 'integer':
      return fc.integer({ min: clamp(schema['minimum'], -1_000), max: clamp(schema['maximum'], 1_000_000) });
    case 'number':
      return fc.double({ min: schema['minimum'] ?? -1e6, max: schema['maximum'] ?? 1e6, noNaN: true });
    case 'boolean':
      return fc.boolean();
    case 'null':
      return fc.constant(null);
    case 'array':
      return fc.array(of(schema['items'] ?? {}), { maxLength: Math.min(4, schema['maxItems'] ?? 4) });
    case 'object':
      return objectOf(schema, of);
    default:
      return fc.oneof(fc.jsonValue(), NASTY);
  }
}

function objectOf(schema: Json, of: (each: Json) => fc.Arbitrary<unknown>): fc.Arbitrary<unknown> {
  const properties = Object.fromEntries(Object.entries<Json>(schema['properties'] ?? {}).map(([k, v]) => [k, of(v)]));
  const required: string[] = schema['required'] ?? [];
  const known = fc.record(properties, { requiredKeys: required.filter((name) => name in properties) });
  const isOpen = typeof schema['additionalProperties'] === 'object';
  if (!isOpen) return known;
  const extra = fc.dictionary(fc.oneof(fc.string({ maxLength: 8 }), NASTY_TEXT), of(schema['additionalProperties']), {
    maxKeys: 3,
  });
  return fc.tuple(known, extra).map(([a, b]) => ({ ...a, ...b }));
}

function textOf({ format, pattern, minLength, maxLength }: Json, ids: string[]): fc.Arbitrary<string> {
  if (format === 'uuid') return fc.oneof(fc.constantFrom(...ids), fc.uuid());
  if (format === 'email') return fc.emailAddress();
  if (format === 'date-time') return fc.date({ noInvalidDate: true }).map((date) => date.toISOString());
  if (format === 'date') return fc.date({ noInvalidDate: true }).map((date) => date.toISOString().slice(0, 10));
  if (format === 'uri') return fc.webUrl();
  if (pattern?.startsWith('^\\d')) return fc.integer({ min: 0, max: 1_000_000 }).map(String);
  return fc.string({ minLength: minLength ?? 0, maxLength: Math.min(maxLength ?? 40, 40), unit: 'grapheme' });
}

function clamp(bound: number | undefined, otherwise: number): number {
  return Math.max(-1_000_000, Math.min(1_000_000, bound ?? otherwise));
}
