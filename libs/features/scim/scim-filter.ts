import { truthOf } from './scim-user.js';
import { invalidFilter } from './scim.errors.js';

/** What people may be looked for by. */
export type ScimFilter =
  | { by: 'userName' | 'externalId' | 'email' | 'id'; value: string }
  | { by: 'active'; value: boolean };

const CORE = /^urn:ietf:params:scim:schemas:core:2\.0:User:/i;
const FORM = /^\s*(\S+|emails\[type eq "work"\]\.value)\s+eq\s+("(?:[^"\\]|\\.)*"|true|false)\s*$/i;

const ATTRIBUTES = new Map<string, ScimFilter['by']>([
  ['username', 'userName'],
  ['externalid', 'externalId'],
  ['emails', 'email'],
  ['emails.value', 'email'],
  ['emails[type eq "work"].value', 'email'],
  ['id', 'id'],
  ['active', 'active'],
]);

/**
 * The few filters that directories find people by: one attribute that is equal to one value.
 *
 * @throws Problem 400 for any other
 */
export function parseFilter(text: string): ScimFilter {
  const [, attribute, literal] = FORM.exec(text) ?? [];
  const by = ATTRIBUTES.get((attribute ?? '').replace(CORE, '').toLowerCase());
  const value = literal === undefined ? undefined : parseLiteral(literal);
  if (by === 'active') {
    const isActive = truthOf(value);
    if (isActive !== null) return { by, value: isActive };
  } else if (by && typeof value === 'string') return { by, value };
  throw invalidFilter();
}

function parseLiteral(literal: string): string | boolean | undefined {
  try {
    return JSON.parse(literal.startsWith('"') ? literal : literal.toLowerCase()) as string | boolean;
  } catch {
    return undefined;
  }
}
