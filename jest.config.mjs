import { availableParallelism } from 'node:os';
import { swc } from './test/support/swc.mjs';

/** One project: every spec runs with nothing installed but the packages. */
export default {
  testEnvironment: 'node',
  // The code that EventStoreDB's client was generated to keeps its types in a global, and goes on using it after a suite.
  testEnvironmentOptions: { customExportConditions: ['source', 'node', 'node-addons'], globalsCleanup: 'off' },
  extensionsToTreatAsEsm: ['.ts'],
  testMatch: ['<rootDir>/{apps,libs,test}/**/*.spec.ts'],
  testPathIgnorePatterns: ['/node_modules/', '<rootDir>/dist/', '<rootDir>/test/architecture/planted/'],
  modulePathIgnorePatterns: ['<rootDir>/dist/'],
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  testSequencer: '<rootDir>/test/support/longest-first.mjs',
  transform: { '^.+\\.ts$': ['@swc/jest', swc] },
  testTimeout: 30_000,
  // Jest leaves one core to itself; and most specs wait for a disk or a server most of the time.
  maxWorkers: Math.ceil(availableParallelism() * 1.5),
};
