import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NOBODY, patched, replaced, type ScimUser } from './scim-user.js';
import { scimPatchSchema, USER_SCHEMA } from './scim.schema.js';

const text = fc.stringMatching(/^[A-Za-z]{1,12}$/);
const known: fc.Arbitrary<ScimUser> = fc.record({
  userName: text,
  externalId: fc.option(text),
  displayName: fc.option(text),
  formattedName: fc.option(text),
  givenName: fc.option(text),
  familyName: fc.option(text),
  email: text.map((name) => `${name.toLowerCase()}@shop.example`),
  role: fc.constantFrom('admin', 'developer', 'billing', 'viewer'),
  active: fc.boolean(),
});

/** All that a person is, by the paths of attributes; undefined is what they have not. */
const pathsOf = (user: ScimUser) => ({
  userName: user.userName,
  externalId: user.externalId ?? undefined,
  displayName: user.displayName ?? undefined,
  'name.formatted': user.formattedName ?? undefined,
  'name.givenName': user.givenName ?? undefined,
  'name.familyName': user.familyName ?? undefined,
  'emails[type eq "work"].value': user.email,
  'roles[primary eq "True"].value': user.role,
  active: user.active,
});

const wholeOf = (user: ScimUser) => ({
  schemas: [USER_SCHEMA],
  userName: user.userName,
  externalId: user.externalId,
  displayName: user.displayName,
  name: { formatted: user.formattedName, givenName: user.givenName, familyName: user.familyName },
  emails: [
    { value: 'other@shop.example', type: 'home' },
    { value: user.email, primary: true },
  ],
  roles: [{ value: user.role }],
  active: user.active,
});

const patchOf = (Operations: object[]) =>
  scimPatchSchema.parse({ schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'], Operations }).Operations;

describe('a patch', () => {
  it('of each attribute, in any order and spelling, is the same as saying all of the person anew', () => {
    fc.assert(
      fc.property(known, known, fc.func(fc.integer()), (before, after, order) => {
        const operations = Object.entries(pathsOf(after))
          .map(([path, value], i) => {
            const spelt = i % 2 ? path : `${USER_SCHEMA}:${path}`;
            return value === undefined
              ? { op: 'Remove', path: spelt }
              : { op: i % 3 ? 'Replace' : 'add', path: spelt, value: path === 'active' ? String(value) : value };
          })
          .toSorted((a, b) => order(a) - order(b));
        expect(patched(before, patchOf(operations))).toEqual(after);
        expect(replaced(before, wholeOf(after))).toEqual(after);
        // By one object without a path, in which null says that there is none.
        const value = Object.fromEntries(Object.entries(pathsOf(after)).map(([path, each]) => [path, each ?? null]));
        expect(patched(before, patchOf([{ op: 'replace', value }]))).toEqual(after);
      }),
    );
  });

  it('of attributes that are not kept changes nothing, and leaves what it was given as it is', () => {
    const before = Object.freeze({ ...NOBODY, userName: 'ada' });
    const value = {
      title: 'Dr',
      phoneNumbers: [{ value: '1' }],
      constructor: 'x',
      'urn:a:b:User': { department: 'x' },
    };
    expect(patched(before, patchOf([{ op: 'add', value }]))).toEqual(before);
    expect(patched(before, patchOf([{ op: 'replace', path: 'emails[type eq "home"].value', value: 'x' }]))).toEqual(
      before,
    );
  });
});
