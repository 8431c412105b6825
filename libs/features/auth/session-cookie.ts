import '@fastify/cookie';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Config } from '../../platform/config/config.js';

const MAX_AGE_SECONDS = 30 * 86_400;
const DEVICE_AGE_SECONDS = 400 * 86_400;
const LOGIN_AGE_SECONDS = 5 * 60;
/** How long somebody may be at a provider's before they come back. */
export const VISIT_SECONDS = 10 * 60;

/** Over https the browser itself keeps a `__Host-` cookie to this host and path; plain http cannot carry one. */
function cookieOf({ PUBLIC_URL }: Config, what: 'session' | 'device' | 'login' | 'visit' = 'session') {
  const secure = PUBLIC_URL.startsWith('https:');
  const name = `${secure ? '__Host-' : ''}kindred_${what}`;
  return { name, options: { path: '/', httpOnly: true, sameSite: 'lax' as const, secure } };
}

export function readSessionCookie(request: FastifyRequest, config: Config): string | undefined {
  return request.cookies[cookieOf(config).name];
}

export function setSessionCookie(reply: FastifyReply, config: Config, token: string): void {
  const { name, options } = cookieOf(config);
  void reply.setCookie(name, token, { ...options, maxAge: MAX_AGE_SECONDS });
}

export function clearSessionCookie(reply: FastifyReply, config: Config): void {
  const { name, options } = cookieOf(config);
  void reply.clearCookie(name, options);
}

/** By which a browser is known again that has signed in before, so that others' guesses do not slow its person down. */
export function readDeviceCookie(request: FastifyRequest, config: Config): string | undefined {
  return request.cookies[cookieOf(config, 'device').name];
}

export function setDeviceCookie(reply: FastifyReply, config: Config, token: string): void {
  const { name, options } = cookieOf(config, 'device');
  void reply.setCookie(name, token, { ...options, maxAge: DEVICE_AGE_SECONDS });
}

/** Of a login that is half done: it opens nothing but the second half. */
export function readLoginCookie(request: FastifyRequest, config: Config): string | undefined {
  return request.cookies[cookieOf(config, 'login').name];
}

export function setLoginCookie(reply: FastifyReply, config: Config, token: string): void {
  const { name, options } = cookieOf(config, 'login');
  void reply.setCookie(name, token, { ...options, maxAge: LOGIN_AGE_SECONDS });
}

export function clearLoginCookie(reply: FastifyReply, config: Config): void {
  const { name, options } = cookieOf(config, 'login');
  void reply.clearCookie(name, options);
}

/** By which the browser that comes back from a provider is known as the one that went there. */
export function readVisitCookie(request: FastifyRequest, config: Config): string | undefined {
  return request.cookies[cookieOf(config, 'visit').name];
}

export function setVisitCookie(reply: FastifyReply, config: Config, token: string): void {
  const { name, options } = cookieOf(config, 'visit');
  void reply.setCookie(name, token, { ...options, maxAge: VISIT_SECONDS });
}

export function clearVisitCookie(reply: FastifyReply, config: Config): void {
  const { name, options } = cookieOf(config, 'visit');
  void reply.clearCookie(name, options);
}
