import '@fastify/cookie';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Config } from '../../platform/config/config.js';

const MAX_AGE_SECONDS = 30 * 86_400;
const DEVICE_AGE_SECONDS = 400 * 86_400;

/** Over https the browser itself keeps a `__Host-` cookie to this host and path; plain http cannot carry one. */
function cookieOf({ PUBLIC_URL }: Config, what: 'session' | 'device' = 'session') {
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
