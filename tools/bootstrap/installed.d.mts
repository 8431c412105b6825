interface Lock {
  packages: Record<
    string,
    { version?: string; integrity?: string; inBundle?: boolean; optionalDependencies?: Record<string, string> }
  >;
}
export function findStrangers(lock: Lock, installed: Lock): string[];
export function findStrangersIn(root: string): string[];
