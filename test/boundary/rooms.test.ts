import { expect, test } from 'vitest';
import { readJson } from './rooms.ts';

interface References {
  references: { path: string }[];
}

const referencesOf = (...file: string[]): string[] =>
  (readJson(...file) as References).references.map(({ path }) => path);
const rooms = referencesOf('tsconfig.json');

test.each(rooms)('%s imports only from rooms above it in tsconfig.json', (room) => {
  const above = rooms.slice(0, rooms.indexOf(room)).map((name) => `../${name}`);
  expect(above).toEqual(expect.arrayContaining(referencesOf(room, 'tsconfig.json')));
});

interface Lock {
  packages: Record<string, { optionalDependencies?: Record<string, string> }>;
}

test('the lock file names every platform of every package: else npm ci refuses it elsewhere', () => {
  const { packages } = readJson('package-lock.json') as Lock;
  const missing = Object.entries(packages).flatMap(([path, { optionalDependencies = {} }]) =>
    Object.keys(optionalDependencies).filter(
      (name) =>
        !(`node_modules/${name}` in packages) && !(`${path}/node_modules/${name}` in packages),
    ),
  );
  expect(missing).toEqual([]);
});
