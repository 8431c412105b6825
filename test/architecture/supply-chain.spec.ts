import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { findStrangers, findStrangersIn } from '../../tools/bootstrap/installed.mjs';
import { INSTALL_SCRIPTS, LICENCE_EXCEPTIONS, LICENCES } from '../../tools/security/packages.js';
import { writeSbom } from '../../tools/security/sbom.mjs';

interface Locked {
  version: string;
  integrity?: string;
  license?: string;
  hasInstallScript?: boolean;
  inBundle?: boolean;
  link?: boolean;
}

const read = (file: string) => JSON.parse(readFileSync(file, 'utf8')) as Record<string, any>;
const manifest = read('package.json');
const wanted: Record<string, string> = {
  ...manifest['dependencies'],
  ...manifest['devDependencies'],
  ...manifest['optionalDependencies'],
};
const packages = Object.entries(read('package-lock.json')['packages'] as Record<string, Locked>)
  .filter(([place]) => place !== '')
  .map(([place, locked]) => ({ place, name: place.split('node_modules/').at(-1)!, ...locked }));

/** Whether every part of an expression such as `MIT AND ISC` is taken, or one of `MIT OR GPL-3.0`. */
function isTaken(licence: string): boolean {
  const parts = licence.replace(/[()]/g, '').split(/ and /i);
  return parts.every((part) => part.split(/ or /i).some((each) => LICENCES.has(each.trim())));
}

/** A package for one platform goes by its parent's name. */
const exceptionOf = (name: string) =>
  LICENCE_EXCEPTIONS[name] ?? LICENCE_EXCEPTIONS[name.replace(/-(android|darwin|freebsd|linux|win32)-.*/, '')];

describe('what is installed', () => {
  it('S42: is exactly what package.json asks for: each version to the last digit, each digest in the lock file', () => {
    for (const [name, version] of Object.entries(wanted)) expect(version, name).toMatch(/^\d+\.\d+\.\d+(-[\w.]+)?$/);
    for (const [name, version] of Object.entries(wanted))
      expect(packages.find(({ place }) => place === `node_modules/${name}`)?.version, name).toBe(version);
    // What a package carries bundled is under that package's digest.
    const digested = packages.filter(({ inBundle }) => !inBundle);
    expect(digested.filter(({ integrity }) => !integrity?.startsWith('sha512-'))).toEqual([]);
    expect(packages.filter(({ link }) => link)).toEqual([]);
  });

  it('S42: is what the lock file names, and what is not is told by name', () => {
    expect(findStrangersIn('.')).toEqual([]);
    const lock = { packages: { 'node_modules/a': { version: '1.0.0', integrity: 'sha512-a' } } };
    const found = (version: string, integrity: string, name = 'a') =>
      findStrangers(lock, { packages: { [`node_modules/${name}`]: { version, integrity } } });
    expect(found('1.0.0', 'sha512-a')).toEqual([]);
    expect(found('1.0.1', 'sha512-a')).toEqual(['node_modules/a 1.0.1 instead of 1.0.0']);
    expect(found('1.0.0', 'sha512-b')).toEqual(['node_modules/a 1.0.0 with another digest']);
    expect(found('1.0.0', 'sha512-a', 'b')).toEqual(['node_modules/b 1.0.0, which the lock file does not name']);
  });

  it('S42: may be a build for a platform that the lock file has no entry for, of the exact version that it names', () => {
    const lock = { packages: { 'node_modules/a': { version: '1.0.0', optionalDependencies: { 'a-mac': '1.0.0' } } } };
    const build = (version: string) => ({ 'node_modules/a-mac': { version, integrity: 'sha512-a' } });
    const inBuild = (inBundle: boolean) => ({ 'node_modules/a-mac/node_modules/b': { version: '2.0.0', inBundle } });
    expect(findStrangers(lock, { packages: { ...build('1.0.0'), ...inBuild(true) } })).toEqual([]);
    expect(findStrangers(lock, { packages: { ...build('1.0.0'), ...inBuild(false) } })).toHaveLength(1);
    expect(findStrangers(lock, { packages: { ...build('1.0.1'), ...inBuild(true) } })).toHaveLength(2);
  });

  it('S42: runs nothing while it is installed; whatever would like to is listed with what we do instead', () => {
    expect(readFileSync('.npmrc', 'utf8')).toMatch(/^ignore-scripts=true$/m);
    const names = packages.filter(({ hasInstallScript }) => hasInstallScript).map(({ name }) => name);
    expect([...new Set(names)].sort()).toEqual(Object.keys(INSTALL_SCRIPTS).sort());
  });

  it('S42: has a licence that we take, or a reason next to its name', () => {
    const refused = packages.filter(({ name, license }) => {
      const exception = exceptionOf(name);
      return exception ? exception.licence !== license : !license || !isTaken(license);
    });
    expect(refused.map(({ name, license }) => `${name}: ${license}`)).toEqual([]);
    const names = new Set(packages.map(({ name }) => name));
    expect(Object.keys(LICENCE_EXCEPTIONS).filter((name) => !names.has(name))).toEqual([]);
    for (const bad of ['GPL-3.0', 'MIT AND GPL-3.0', 'SEE LICENSE IN x', 'AGPL-3.0 OR SSPL-1.0'])
      expect(isTaken(bad), bad).toBe(false);
  });

  it('S42: is listed by name, version, digest and licence by npm run sbom, without asking a registry', () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'kindred-sbom-'));
    const file = path.join(folder, 'sbom.json');
    try {
      expect(writeSbom(process.cwd(), file)).toBe(0);
      const sbom = read(file);
      expect(sbom['bomFormat']).toBe('CycloneDX');
      const listed = new Set(
        sbom['components'].map((each: Locked & { name: string }) => `${each.name}@${each.version}`),
      );
      const installed = Object.keys(manifest['dependencies']).map((name) => `${name}@${wanted[name]}`);
      expect(installed.filter((each) => !listed.has(each))).toEqual([]);
      const zod = sbom['components'].find(({ name }: { name: string }) => name === 'zod');
      expect(zod).toMatchObject({ hashes: [{ alg: 'SHA-512' }], licenses: [{ license: { id: 'MIT' } }] });
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
