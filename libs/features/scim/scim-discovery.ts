import { LIST_SCHEMA, PAGE_MAX, USER_SCHEMA } from './scim.schema.js';

const of = (schema: string) => `urn:ietf:params:scim:schemas:core:2.0:${schema}`;

/** RFC 7643, 5. */
export const SERVICE_PROVIDER_CONFIG = {
  schemas: [of('ServiceProviderConfig')],
  patch: { supported: true },
  bulk: { supported: false, maxOperations: 0, maxPayloadSize: 0 },
  filter: { supported: true, maxResults: PAGE_MAX },
  changePassword: { supported: false },
  sort: { supported: false },
  etag: { supported: false },
  authenticationSchemes: [
    {
      type: 'oauthbearertoken',
      name: 'Bearer token',
      description: 'A token that an owner of the organization makes on the Single sign-on page',
      primary: true,
    },
  ],
};

/** RFC 7643, 6. */
export const RESOURCE_TYPES = [
  {
    schemas: [of('ResourceType')],
    id: 'User',
    name: 'User',
    endpoint: '/Users',
    description: 'People of the organization',
    schema: USER_SCHEMA,
    schemaExtensions: [],
  },
];

const attribute = (name: string, description: string, others: object = {}) => ({
  name,
  type: 'string',
  multiValued: false,
  description,
  required: false,
  caseExact: false,
  mutability: 'readWrite',
  returned: 'default',
  uniqueness: 'none',
  ...others,
});

/** RFC 7643, 7: what is kept of a person. */
export const SCHEMAS = [
  {
    schemas: [of('Schema')],
    id: USER_SCHEMA,
    name: 'User',
    description: 'A person of the organization',
    attributes: [
      attribute('userName', 'As the directory calls them', { required: true, uniqueness: 'server' }),
      attribute('externalId', "The directory's own id of them", { caseExact: true }),
      attribute('displayName', 'How they are shown'),
      attribute('name', 'Their name', {
        type: 'complex',
        subAttributes: [
          attribute('formatted', 'The whole name'),
          attribute('familyName', 'Family name'),
          attribute('givenName', 'Given name'),
        ],
      }),
      attribute('active', 'Whether they are a member', { type: 'boolean' }),
      attribute('emails', 'The address of their account, of a verified domain', {
        type: 'complex',
        multiValued: true,
        mutability: 'immutable',
        subAttributes: [
          attribute('value', 'The address'),
          attribute('type', 'work', { canonicalValues: ['work'] }),
          attribute('primary', 'true', { type: 'boolean' }),
        ],
      }),
      attribute('roles', 'As what they are a member', {
        type: 'complex',
        multiValued: true,
        subAttributes: [
          attribute('value', 'The role', { canonicalValues: ['admin', 'developer', 'billing', 'viewer'] }),
          attribute('primary', 'true', { type: 'boolean' }),
        ],
      }),
    ],
  },
];

export function listOf(resources: object[]) {
  return {
    schemas: [LIST_SCHEMA],
    totalResults: resources.length,
    startIndex: 1,
    itemsPerPage: resources.length,
    Resources: resources,
  };
}
