export const SOURCES_SECTION: string;
export function digestOfSources(root: string): string;
export function buildWasm(root: string): void;
