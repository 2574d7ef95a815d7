import { expect, test } from 'vitest';
import { readJson } from './rooms.ts';

interface References {
  references: { path: string }[];
}

const rooms = readJson<References>('tsconfig.json').references.map(({ path }) => path);

test.each(rooms)('%s imports only from rooms above it in tsconfig.json', (room) => {
  const above = rooms.slice(0, rooms.indexOf(room)).map((name) => `../${name}`);
  const imports = readJson<References>(room, 'tsconfig.json').references.map(({ path }) => path);
  expect(above).toEqual(expect.arrayContaining(imports));
});

interface LockedPackage {
  optionalDependencies?: Record<string, string>;
}

test('the lock file names every platform of every package: else npm ci refuses it elsewhere', () => {
  const { packages } = readJson<{ packages: Record<string, LockedPackage> }>('package-lock.json');
  const missing = Object.entries(packages).flatMap(([path, { optionalDependencies = {} }]) =>
    Object.keys(optionalDependencies).filter(
      (name) =>
        !(`node_modules/${name}` in packages) && !(`${path}/node_modules/${name}` in packages),
    ),
  );
  expect(missing).toEqual([]);
});
