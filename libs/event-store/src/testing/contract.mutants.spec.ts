import { describe, expect, it } from '@jest/globals';
import { contractCases } from './contract.js';
import { appendingMutants } from './mutants/appending.js';
import { livingMutants } from './mutants/living.js';
import type { Mutant } from './mutants/mutant.js';
import { readingStreamsMutants } from './mutants/reading-streams.js';
import { readingTheLogMutants } from './mutants/reading-the-log.js';
import { storingMutants } from './mutants/storing.js';
import { temporaryStore } from './temporary-store.js';
import { runCase } from './world.js';

const mutants = [
  ...appendingMutants,
  ...storingMutants,
  ...readingStreamsMutants,
  ...readingTheLogMutants,
  ...livingMutants,
];

const open = (mutant: Mutant) => async () => {
  const { store, reopen, close } = await temporaryStore();
  return { store: mutant.of(store), reopen: async () => mutant.of(await reopen()), close };
};

describe('the contract notices a store that', () => {
  for (const mutant of mutants) {
    it(mutant.fault, async () => {
      for (const name of mutant.noticedBy) {
        const [found, ...others] = contractCases.filter((each) => each.name === name);
        if (found === undefined || others.length > 0) throw new Error(`not the name of one case: ${name}`);
        // By an assertion of the case: a fault that throws of itself would prove nothing.
        await expect(runCase(found, open(mutant), 500)).rejects.toMatchObject({ code: 'ERR_ASSERTION' });
      }
    });
  }
});

it('has no case that was never seen to fail', () => {
  const seen = new Set(mutants.flatMap(({ noticedBy }) => noticedBy));
  expect(contractCases.map(({ name }) => name).filter((name) => !seen.has(name))).toEqual([]);
});
