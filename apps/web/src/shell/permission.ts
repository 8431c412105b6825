import type { Me } from '../api/client';

export type Permission = Me['permissions'][number];

declare module '@tanstack/react-router' {
  interface StaticDataRouteOption {
    /** Without which the page is closed to whoever is signed in. */
    needs?: Permission;
  }
}
