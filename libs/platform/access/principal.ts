import { applyDecorators, createParamDecorator, type ExecutionContext, SetMetadata } from '@nestjs/common';
import { ApiResponse, ApiSecurity } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { problemSchema } from '../errors/problem.js';
import type { Permission, Role } from './permissions.js';

/** What the caller showed: it ends with the row that holds this hash, or at its time. */
export interface Credential {
  /** Hexadecimal, of the session's token or the key. */
  hash: string;
  /** Since 1970; Infinity for a key that does not expire. */
  expiresMs: number;
}

/** A person signed in by session cookie, acting in one organization. */
export interface UserPrincipal {
  kind: 'user';
  credential: Credential;
  tenantId: string;
  organizationName: string;
  userId: string;
  email: string;
  role: Role;
  permissions: readonly Permission[];
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
  mode: 'live' | 'test';
  /** Deployments that it may call; all of the project where empty. */
  deploymentIds: readonly string[];
  permissions: readonly Permission[];
}

export type Principal = UserPrincipal | ApiKeyPrincipal;

export const REQUIRED_PERMISSION = 'required-permission';
export const IS_PUBLIC = 'is-public';
export const IS_OPEN_TO_KEYS = 'is-open-to-keys';

/** Who may call the route. A route that carries neither this nor `@Public` is refused to everyone. */
export function Requires(permission: Permission): MethodDecorator {
  return applyDecorators(
    SetMetadata(REQUIRED_PERMISSION, permission),
    ApiSecurity('session'),
    ApiSecurity('apiKey'),
    ApiResponse({ status: 401, description: 'No valid session or API key', standardSchema: problemSchema }),
    ApiResponse({ status: 429, description: 'Too many requests a second', standardSchema: problemSchema }),
    ApiResponse({ status: 403, description: `The role or the key lacks ${permission}`, standardSchema: problemSchema }),
  );
}

/** The route answers anyone. */
export const Public = () => SetMetadata(IS_PUBLIC, true);

/** The route names no project and yet answers keys: it holds them to their project itself, or says the same to all. */
export const OpenToKeys = () => SetMetadata(IS_OPEN_TO_KEYS, true);

/** The caller, as the authentication guard found them. */
export const CurrentPrincipal = createParamDecorator(
  (_: unknown, context: ExecutionContext) =>
    context.switchToHttp().getRequest<FastifyRequest & { user: Principal }>().user,
);
