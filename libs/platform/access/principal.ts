import { applyDecorators, createParamDecorator, type ExecutionContext, SetMetadata } from '@nestjs/common';
import { ApiExtension, ApiHeader, ApiResponse, ApiSecurity } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { Problem, problemSchema } from '../errors/problem.js';
import { API_KEY_SCOPES, type Permission, type Role } from './permissions.js';

/** What the caller showed: it ends with the row that holds this hash, or at its time. */
export interface Credential {
  /** Hexadecimal, of the session's token or the key. */
  hash: string;
  /** Since 1970; Infinity for a key that does not expire. */
  expiresMs: number;
}

/** What an operator is in who acts in somebody's organization. */
export interface CurrentImpersonation {
  id: string;
  /** Email address of the member as whom; null where a role alone was chosen. */
  memberEmail: string | null;
  reason: string;
  endsAt: Date;
}

/** Why an organization's people and keys may not work with it. */
export interface Suspension {
  suspendedAt: Date;
  reason: string;
}

/** A person signed in by session cookie, acting in one organization or, until they choose one, in none. */
export interface UserPrincipal {
  kind: 'user';
  credential: Credential;
  /** The nil id where they act in none, as which a transaction sees no row. */
  tenantId: string;
  organizationName: string;
  userId: string;
  /** When they last showed in this session who they are. */
  authenticatedAt: Date;
  /** When they last did so by a second factor; null until then. */
  secondFactorAt: Date | null;
  /** Whether their account has one: an app with one-time codes, or a passkey. */
  hasSecondFactor: boolean;
  email: string;
  /** When its owner last showed that they read its mail; null until then. */
  emailVerifiedAt: Date | null;
  /** Of mails. */
  language: 'en' | 'zh';
  /** Null where they act in no organization. */
  role: Role | null;
  permissions: readonly Permission[];
  /** Of the organization that they act in. */
  suspension: Suspension | null;
  /** Of an operator who may do nothing until they have shown one. */
  needsSecondFactor: boolean;
  /** Of an operator who acts in somebody's organization; null of everybody who acts as themselves. */
  impersonation: CurrentImpersonation | null;
}

/** A program that holds an API key, which reaches one project. */
export interface ApiKeyPrincipal {
  kind: 'apiKey';
  credential: Credential;
  tenantId: string;
  projectId: string;
  apiKeyId: string;
  /** First of the keys that were rotated into each other: limits hold for all of them together. */
  lineageId: string;
  /** Whether it stands in web pages, for everybody to read. */
  isPublishable: boolean;
  mode: 'live' | 'test';
  /** Deployments that it may call; all of the project where empty. */
  deploymentIds: readonly string[];
  permissions: readonly Permission[];
}

/** An organization's directory, which holds a token for SCIM: it keeps the organization's people in step, and reaches nothing else. */
export interface ScimPrincipal {
  kind: 'scimToken';
  credential: Credential;
  tenantId: string;
  scimTokenId: string;
  permissions: readonly Permission[];
}

export type Principal = UserPrincipal | ApiKeyPrincipal | ScimPrincipal;

export const REQUIRED_PERMISSION = 'required-permission';
export const IS_PUBLIC = 'is-public';
export const IS_OPEN_TO_KEYS = 'is-open-to-keys';
export const PERSONS_OF_PAGES = 'persons-of-pages';
export const IS_FOR_PEOPLE = 'is-for-people';
export const IS_RECENT = 'is-recent';
export const IS_EXPORT = 'is-export';
export const STARTS_JOB = 'starts-job';

/**
 * Who may call the route. A route that carries neither this nor `@Public` is refused to everyone.
 *
 * @param isForPeople whether no key may, whatever its scopes
 * @param isRecent whether a person must have shown lately who they are; it concerns no key
 * @param isExport whether it hands out what the organization has as a file
 */
export function Requires(
  permission: Permission,
  { isForPeople = false, isRecent = false, isExport = false } = {},
): MethodDecorator {
  const isForKeys = !isForPeople && API_KEY_SCOPES.some((scope) => scope === permission);
  return applyDecorators(
    SetMetadata(REQUIRED_PERMISSION, permission),
    SetMetadata(IS_FOR_PEOPLE, isForPeople),
    SetMetadata(IS_RECENT, isRecent),
    ...(isRecent ? [ApiExtension('x-recent-authentication', true)] : []),
    SetMetadata(IS_EXPORT, isExport),
    ...(isExport ? [ApiExtension('x-export', true)] : []),
    ApiExtension('x-permission', permission),
    ApiSecurity('session'),
    ...(isForKeys ? [ApiSecurity('apiKey')] : []),
    ApiResponse({ status: 401, description: 'No valid session or API key', standardSchema: problemSchema }),
    ApiResponse({ status: 429, description: 'Too many requests a second', standardSchema: problemSchema }),
    ApiResponse({
      status: 403,
      description: `${isRecent ? 'Authenticated too long ago (`step_up_required`), or the' : 'The'} role or the key lacks ${permission}`,
      standardSchema: problemSchema,
    }),
  );
}

/** The route begins a job, whose cost nobody has paid yet. */
export const StartsJob = () => SetMetadata(STARTS_JOB, true);

/** The route answers anyone. */
export const Public = () => SetMetadata(IS_PUBLIC, true);

/** The route names no project and yet answers keys: it holds them to their project itself, or says the same to all. */
export const OpenToKeys = () =>
  applyDecorators(SetMetadata(IS_OPEN_TO_KEYS, true), ApiExtension('x-open-to-keys', true));

/**
 * Finds in a body, which nobody has checked yet, what names by `userId` whom a call is about: the objects themselves, so that whoever a
 * page has shown to be there can be named in them.
 */
export type FindPersons = (body: unknown) => unknown[];

/** The route answers web pages too, which hold a publishable key; each other route refuses that. */
export const OpenToPages = (findPersons: FindPersons) =>
  applyDecorators(
    SetMetadata(PERSONS_OF_PAGES, findPersons),
    ApiExtension('x-open-to-pages', true),
    ApiHeader({
      name: 'Kindred-User-Token',
      required: false,
      description:
        'Of a call with a publishable key: a JWT, signed by your server, that says who uses the page (docs/guides/browser.md)',
    }),
  );

/**
 * Of a call that needs more than its route says, by what it is about.
 *
 * @throws Problem 403 where the caller lacks it
 */
export function requirePermission(
  { permissions }: Pick<Principal, 'permissions'>,
  permission: Permission | undefined,
): void {
  if (permission && permissions.includes(permission)) return;
  throw new Problem(
    403,
    'not_permitted',
    permission ? `This call needs the permission ${permission}, which you do not have.` : 'Nobody may make this call.',
  );
}

/** The caller, as the authentication guard found them. */
export const CurrentPrincipal = createParamDecorator(
  (_: unknown, context: ExecutionContext) =>
    context.switchToHttp().getRequest<FastifyRequest & { user: Principal }>().user,
);
