import { Problem } from '../errors/problem.js';
import type { Suspension } from './principal.js';

/** What people and keys of a suspended organization are answered. */
export const organizationSuspended = ({ reason }: Suspension) =>
  new Problem(
    403,
    'organization_suspended',
    `This organization is suspended: ${reason} Its owners can read invoices, export what it has and write to support.`,
  );
