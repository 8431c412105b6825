import { REFUSED_TO_IMPERSONATION } from '../../platform/access/permissions.js';
import type { UserPrincipal } from '../../platform/access/principal.js';
import type { Me } from './auth.schema.js';

export function toMe(person: UserPrincipal): Me {
  const { userId, email, emailVerifiedAt, language, tenantId, organizationName, role, permissions } = person;
  const { suspension, impersonation, needsSecondFactor } = person;
  return {
    user: { id: userId, email, emailVerifiedAt: emailVerifiedAt?.toISOString() ?? null, language },
    organization: role && { id: tenantId, name: organizationName },
    role,
    permissions: impersonation
      ? permissions.filter((permission) => !REFUSED_TO_IMPERSONATION.includes(permission))
      : [...permissions],
    needsSecondFactor,
    suspension: suspension && { reason: suspension.reason, suspendedAt: suspension.suspendedAt.toISOString() },
    impersonation: impersonation && { ...impersonation, endsAt: impersonation.endsAt.toISOString() },
  };
}
