import { describe, it } from '@jest/globals';
import { appending } from './cases/appending.js';
import { bytes } from './cases/bytes.js';
import { lifetime } from './cases/lifetime.js';
import { readingStreams } from './cases/reading-streams.js';
import { readingTheLog } from './cases/reading-the-log.js';
import { refusing } from './cases/refusing.js';
import { repeating } from './cases/repeating.js';
import { retention } from './cases/retention.js';
import { subscribing } from './cases/subscribing.js';
import type { ContractCase, GroupName, OpenStore } from './contract-case.js';
import { runCase } from './world.js';

export const contractCases: ReadonlyArray<ContractCase> = [
  ...appending,
  ...repeating,
  ...refusing,
  ...readingStreams,
  ...readingTheLog,
  ...subscribing,
  ...retention,
  ...bytes,
  ...lifetime,
];

export interface ContractOptions {
  /** Groups this adapter cannot pass, and why. There is no other way to leave a case out. */
  readonly exclude?: Readonly<Partial<Record<GroupName, string>>>;
}

/** What every adapter of the port must do: one call in its spec. `open` is called once for each case. */
export const eventStoreContract = (
  name: string,
  open: () => Promise<OpenStore>,
  { exclude = {} }: ContractOptions = {},
): void => {
  describe(`${name} keeps the contract of the event store`, () => {
    for (const group of new Set(contractCases.map((contractCase) => contractCase.group))) {
      const reason = exclude[group];
      const suite = reason === undefined ? describe : describe.skip;
      suite(reason === undefined ? group : `${group} (excluded: ${reason})`, () => {
        for (const contractCase of contractCases.filter((each) => each.group === group)) {
          it(contractCase.name, () => runCase(contractCase, open));
        }
      });
    }
  });
};
