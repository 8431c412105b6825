import { z } from 'zod';
import type { Role } from '../../platform/access/permissions.js';
import { emailSchema } from '../../platform/http/email.js';
import { textSchema } from '../../platform/http/text.js';
import { cannotBeRemoved, invalidPath, invalidValue } from './scim.errors.js';
import type { PatchOperation } from './scim.schema.js';

/** What SCIM says of a person: what we keep of it, and no more. */
export interface ScimUser {
  userName: string;
  externalId: string | null;
  displayName: string | null;
  formattedName: string | null;
  givenName: string | null;
  familyName: string | null;
  /** Null until one was said. */
  email: string | null;
  /** Null where none was said. */
  role: Role | null;
  active: boolean;
}

/** What a value says of yes and no, which Microsoft's writes as text; null where it says neither. */
export function truthOf(value: unknown): boolean | null {
  const said = typeof value === 'string' ? value.toLowerCase() : value;
  if (said === true || said === 'true') return true;
  return said === false || said === 'false' ? false : null;
}

/** Of whom nothing was said yet. */
export const NOBODY: ScimUser = {
  userName: '',
  externalId: null,
  displayName: null,
  formattedName: null,
  givenName: null,
  familyName: null,
  email: null,
  role: null,
  active: true,
};

type TextOf = 'externalId' | 'displayName' | 'formattedName' | 'givenName' | 'familyName';

/** Attributes that hold a text and may be empty, as they are called in lower case. */
const TEXTS = new Map<string, TextOf>([
  ['externalid', 'externalId'],
  ['displayname', 'displayName'],
  ['name.formatted', 'formattedName'],
  ['name.givenname', 'givenName'],
  ['name.familyname', 'familyName'],
]);

/** Roles that a directory may give; owners are made by owners. */
const ROLES = new Map<string, Role>([
  ['admin', 'admin'],
  ['developer', 'developer'],
  ['billing', 'billing'],
  ['viewer', 'viewer'],
]);

const PATH_MAX = 500;
/** `emails[type eq "work"].value`, with or without the name of the schema before it. */
const PATH = /^(?:(urn:[\w.:-]+):)?([a-z$][\w$-]*)(?:\[([^\]]*)\])?(?:\.([a-z$][\w$-]*))?$/i;
const CORE = 'urn:ietf:params:scim:schemas:core:2.0:user';

const text = textSchema.trim().min(1).max(256);

/** @returns the person as the whole of `body` says; role, address and whether they are active stay where it says nothing of them */
export function replaced(before: ScimUser, body: Record<string, unknown>): ScimUser {
  const after = { ...before };
  for (const name of TEXTS.values()) after[name] = null;
  const entries = Object.entries(body);
  if (!entries.some(([name, value]) => name.toLowerCase() === 'username' && value !== null))
    throw invalidValue('userName', 'is needed');
  for (const [name, value] of entries) set(after, name, value);
  return after;
}

/** @returns the person after all of the operations; those on what we do not keep change nothing */
export function patched(before: ScimUser, operations: readonly PatchOperation[]): ScimUser {
  const after = { ...before };
  for (const { op, path, value } of operations) {
    if (path === undefined) {
      if (op === 'remove') throw invalidPath('');
      const object = z.record(z.string(), z.unknown()).safeParse(value);
      if (!object.success) throw invalidValue('value', 'must be an object where there is no path');
      for (const [name, each] of Object.entries(object.data)) set(after, name, each);
    } else if (op === 'remove') unset(after, path);
    else set(after, path, value);
  }
  return after;
}

/** Changes what the path names, which may be many attributes at once. Null says nothing. */
function set(user: ScimUser, path: string, value: unknown): void {
  const { name, filter } = read(path);
  if (value === null || value === undefined) return clearTexts(user, name);
  const textOf = TEXTS.get(name);
  if (textOf) user[textOf] = readText(path, value);
  else if (name === 'username') user.userName = readText(path, value);
  else if (name === 'active') user.active = readBoolean(value);
  else if (name === 'name') {
    const parts = z.record(z.string(), z.unknown()).safeParse(value);
    if (!parts.success) throw invalidValue('name', 'must be an object');
    for (const [part, each] of Object.entries(parts.data))
      if (TEXTS.has(`name.${part.toLowerCase()}`)) set(user, `name.${part}`, each);
  } else if (/^emails(\.value)?$/.test(name)) {
    const address = isChosen(filter) ? choose('emails', value) : null;
    if (address !== null) user.email = readEmail(address);
  } else if (/^roles(\.value)?$/.test(name)) {
    const role = choose('roles', value);
    if (role !== null) user.role = readRole(role, user.role);
  }
}

function unset(user: ScimUser, path: string): void {
  const { name } = read(path);
  if (['username', 'active'].includes(name) || /^emails(\.value)?$/.test(name)) throw cannotBeRemoved(path);
  if (/^roles(\.value)?$/.test(name)) user.role = null;
  clearTexts(user, name);
}

/** The text of that name, or all below it. */
function clearTexts(user: ScimUser, name: string): void {
  for (const [each, textOf] of TEXTS) if (each === name || each.startsWith(`${name}.`)) user[textOf] = null;
}

/** @returns the attribute in lower case; empty for one of another schema */
function read(path: string): { name: string; filter: string | undefined } {
  const [, schema, attribute, filter, part] = (path.length <= PATH_MAX && PATH.exec(path)) || [];
  if (schema && schema.toLowerCase() !== CORE) return { name: '', filter };
  // The name of a schema alone, which stands for all of it.
  if (/^urn:/i.test(path) && !attribute) return { name: '', filter };
  if (!attribute) throw invalidPath(path);
  return { name: (part ? `${attribute}.${part}` : attribute).toLowerCase(), filter };
}

/** Whether the filter of a path means the one address that we keep. */
function isChosen(filter: string | undefined): boolean {
  return filter === undefined || /^\s*(type\s+eq\s+"work"|primary\s+eq\s+"?true"?)\s*$/i.test(filter);
}

/** Of many values the first one, the one for work, or the one that is marked. Null where there is none. */
function choose(attribute: string, value: unknown): string | null {
  const values = (Array.isArray(value) ? value : [value]).map((each) => {
    const parsed = VALUE.safeParse(typeof each === 'string' ? { value: each } : each);
    if (!parsed.success) throw invalidValue(attribute, 'must be a list of objects that each have a value');
    return parsed.data;
  });
  const chosen =
    values.find(({ primary }) => truthOf(primary)) ??
    values.find(({ type }) => type?.toLowerCase() === 'work') ??
    values[0];
  return chosen?.value ?? null;
}

const VALUE = z.object({
  value: z.string().max(1_000),
  type: z.string().nullish(),
  primary: z.union([z.boolean(), z.string()]).nullish(),
});

function readText(attribute: string, value: unknown): string {
  const parsed = text.safeParse(value);
  if (!parsed.success) throw invalidValue(attribute, parsed.error.issues[0]!.message);
  return parsed.data;
}

function readEmail(value: string): string {
  const parsed = emailSchema.safeParse(value);
  if (!parsed.success) throw invalidValue('emails', parsed.error.issues[0]!.message);
  return parsed.data;
}

function readBoolean(value: unknown): boolean {
  const truth = truthOf(value);
  if (truth === null) throw invalidValue('active', 'must be true or false');
  return truth;
}

function readRole(value: string, before: Role | null): Role {
  const role = ROLES.get(value.trim().toLowerCase());
  if (role) return role;
  // Said as it was heard.
  if (before === 'owner' && value.trim().toLowerCase() === 'owner') return before;
  throw invalidValue('roles', 'must be admin, developer, billing or viewer; owners are made by owners');
}
