export interface Difference {
  /** Of nested ones, with dots. */
  name: string;
  before?: string;
  after?: string;
}

type State = Record<string, unknown> | null;

/** What is not the same before and after, by name; nothing is said twice. */
export function differencesOf(before: State, after: State): Difference[] {
  const [was, is] = [flatten(before), flatten(after)];
  return [...new Set([...was.keys(), ...is.keys()])]
    .filter((name) => was.get(name) !== is.get(name))
    .map((name) => ({ name, before: was.get(name), after: is.get(name) }));
}

function flatten(state: State, prefix = ''): Map<string, string> {
  const entries = Object.entries(state ?? {}).flatMap(([key, value]): [string, string][] => {
    if (value === null || value === undefined) return [];
    if (typeof value === 'object' && !Array.isArray(value))
      return [...flatten(value as Record<string, unknown>, `${prefix}${key}.`)];
    return [[prefix + key, textOf(value)]];
  });
  return new Map(entries);
}

function textOf(value: unknown): string {
  if (typeof value === 'string') return value;
  if (Array.isArray(value)) return value.map(textOf).join(', ');
  return JSON.stringify(value);
}
