/** Least server versions in which row-level security does not leak through planner statistics (CVE-2025-8713). */
const VERSION_MIN: Record<number, number> = { 15: 150014, 16: 160010, 17: 170006 };
const MAJOR_MIN = 15;

/** What a server is asked for its version. */
export const SERVER_VERSION_SQL = `SELECT current_setting('server_version_num')::int AS version`;

/** @throws Error where rows of other tenants could be learnt from a server of this version, such as 160009 */
export function refuseOldServer(version: number): void {
  const major = Math.floor(version / 10_000);
  if (major < MAJOR_MIN || version < (VERSION_MIN[major] ?? 0)) {
    throw new Error(
      `Postgres ${major}.${version % 10_000} leaks rows past row-level security: update it to 15.14, 16.10, 17.6, 18 or later.`,
    );
  }
}
