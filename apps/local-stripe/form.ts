import { z } from 'zod';
import { invalid, type StripeError } from './errors.js';

// Forms carry text alone: these read the parameters of an operation out of it.
export const text = z.string().max(5000);
export const int = z
  .string()
  .regex(/^-?\d+$/, 'integer')
  .transform(Number);
export const float = z
  .string()
  .regex(/^-?\d+(\.\d+)?$/, 'decimal')
  .transform(Number);
export const decimal = z.string().regex(/^-?\d+(\.\d{1,12})?$/, 'decimal');
export const bool = z.enum(['true', 'false']).transform((value) => value === 'true');
export const currencyParam = z
  .string()
  .regex(/^[A-Za-z]{3}$/, 'currency')
  .transform((code) => code.toLowerCase());
/** An empty value takes a key away. */
export const metadataParam = z.union([z.literal('').transform(() => null), z.record(z.string(), z.string())]);
export const addressParam = z.strictObject({
  city: text.optional(),
  country: text.optional(),
  line1: text.optional(),
  line2: text.optional(),
  postal_code: text.optional(),
  state: text.optional(),
});
interface Range {
  gt?: number | undefined;
  gte?: number | undefined;
  lt?: number | undefined;
  lte?: number | undefined;
}
export const range = z.union([
  int.transform((equals): Range => ({ gte: equals, lte: equals })),
  z.strictObject({ gt: int.optional(), gte: int.optional(), lt: int.optional(), lte: int.optional() }),
]);
export const pages = { starting_after: text.optional(), ending_before: text.optional(), limit: int.optional() };

/** Takes a value away by an empty one. */
export const emptyable = <T extends z.ZodType>(value: T) => z.union([z.literal('').transform(() => null), value]);

/** Long lists come as an object with numbers for keys, empty ones as an empty text. */
export const list = <T extends z.ZodType>(item: T) =>
  z.preprocess(
    (value) => (value === '' ? [] : value && typeof value === 'object' ? Object.values(value) : value),
    z.array(item),
  );

export const oneOf = <const T extends readonly string[]>(...values: T) => z.enum(values);

export function isWithin(time: number | null, { gt, gte, lt, lte }: Range): boolean {
  if (time === null) return false;
  return time > (gt ?? -Infinity) && time >= (gte ?? -Infinity) && time < (lt ?? Infinity) && time <= (lte ?? Infinity);
}

/** Keys given now over those of before, without those that were emptied. */
export function mergeMetadata(
  before: Record<string, string> | null,
  given: Record<string, string> | null | undefined,
): Record<string, string> {
  if (given === undefined) return before ?? {};
  if (given === null) return {};
  return Object.fromEntries(Object.entries({ ...before, ...given }).filter(([, value]) => value !== ''));
}

/** @throws StripeError 400 that names the parameter */
export function readForm<T extends z.ZodType>(schema: T, form: object): z.output<T> {
  const read = schema.safeParse(form);
  if (read.success) return read.data;
  const error = describe(read.error.issues[0]!, [], form);
  error.isUnbegun = true;
  throw error;
}

function describe(issue: z.core.$ZodIssue, above: PropertyKey[], form: object): StripeError {
  const path = [...above, ...issue.path];
  const param = nameOf(path);
  if (issue.code === 'unrecognized_keys') {
    const names = issue.keys.map((key) => nameOf([...path, key]));
    const message = `Received unknown parameter${names.length > 1 ? 's' : ''}: ${names.join(', ')}`;
    return invalid(message, { code: 'parameter_unknown', param: names[0] });
  }
  const value = path.reduce<unknown>((each, name) => (each as Record<PropertyKey, unknown> | undefined)?.[name], form);
  if (value === undefined) return invalid(`Missing required param: ${param}.`, { code: 'parameter_missing', param });
  // Of several ways to give a parameter, the last is the one with most to say.
  if (issue.code === 'invalid_union') return describe(issue.errors.at(-1)![0]!, path, form);
  if (value === '') return invalid(`Parameter ${param} must not be empty.`, { code: 'parameter_invalid_empty', param });
  if (issue.code === 'invalid_value')
    return invalid(`Invalid ${param}: must be one of ${issue.values.join(', ')}`, { param });
  if (issue.code === 'invalid_format' && issue.message === 'integer')
    return invalid(`Invalid integer: ${String(value)}`, { code: 'parameter_invalid_integer', param });
  if (issue.code === 'invalid_format' && issue.message === 'currency')
    return invalid(`Invalid currency: ${String(value)}. Use a code of three letters.`, { param });
  if (issue.code === 'invalid_format') return invalid(`Invalid decimal: ${String(value)}`, { param });
  return invalid(`Invalid ${param}: ${issue.message}`, { param });
}

/** `items[0][price]` */
function nameOf([first, ...rest]: PropertyKey[]): string {
  return `${String(first)}${rest.map((name) => `[${String(name)}]`).join('')}`;
}
