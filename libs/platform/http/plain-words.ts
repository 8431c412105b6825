import type { z } from 'zod';

const TYPES: Record<string, string> = {
  string: 'must be a text',
  number: 'must be a number',
  int: 'must be a whole number',
  boolean: 'must be true or false',
  array: 'must be a list',
  object: 'must be a JSON object',
  record: 'must be a JSON object',
};

const FORMATS: Record<string, string> = {
  email: 'must be an email address',
  url: 'must be a URL',
  uuid: 'must be an id, as the API gives them',
  datetime: 'must be a time such as 2026-11-29T12:00:00Z',
  date: 'must be a day such as 2026-11-29',
};

const OTHERWISE = 'is not in a form that can be taken here';

/** What a wrong value must be, to stand behind its name. Schemas that say it themselves are not asked. */
export const inPlainWords: z.core.$ZodErrorMap = (issue) => {
  switch (issue.code) {
    case 'invalid_type':
      return issue.input === undefined ? 'is missing' : (TYPES[issue.expected] ?? OTHERWISE);
    case 'invalid_value':
      return `must be one of ${issue.values.map(String).join(', ')}`;
    case 'too_big':
      return tooBig(issue.origin, Number(issue.maximum), issue.inclusive ?? true);
    case 'too_small':
      return tooSmall(issue.origin, Number(issue.minimum), issue.inclusive ?? true);
    case 'invalid_format':
      return FORMATS[issue.format] ?? OTHERWISE;
    case 'not_multiple_of':
      return `must be a multiple of ${issue.divisor}`;
    case 'unrecognized_keys':
      return `there is no field ${issue.keys.join(', ')} here`;
    case 'invalid_union':
      return issue.input === undefined ? 'is missing' : OTHERWISE;
    default:
      return OTHERWISE;
  }
};

function tooBig(origin: string, most: number, isInclusive: boolean): string {
  if (origin === 'string') return `must have at most ${most} characters`;
  if (origin === 'array') return `must have at most ${most} entries`;
  return isInclusive ? `must be at most ${most}` : `must be below ${most}`;
}

function tooSmall(origin: string, least: number, isInclusive: boolean): string {
  if (least === 1 && (origin === 'string' || origin === 'array')) return 'must not be empty';
  if (origin === 'string') return `must have at least ${least} characters`;
  if (origin === 'array') return `must have at least ${least} entries`;
  return isInclusive ? `must be at least ${least}` : `must be above ${least}`;
}
