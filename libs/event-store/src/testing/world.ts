import { randomUUID } from 'node:crypto';
import type { ContractCase, OpenStore, World } from './contract-case.js';

/** Runs one case on a store of its own, and closes it whatever comes of it. */
export const runCase = async (
  { run }: ContractCase,
  open: () => Promise<OpenStore>,
  patience = 20_000,
): Promise<void> => {
  const opened = await open();
  try {
    await run(worldOf(opened, patience));
  } finally {
    await opened.close();
  }
};

const worldOf = (opened: OpenStore, patience: number): World => ({
  store: opened.store,
  reopen: () => {
    if (opened.reopen === undefined) throw new Error('no reopen(): give one, or exclude the group "reopening"');
    return opened.reopen();
  },
  stream: (category = fresh()) => `${category}-${randomUUID()}`,
  category: fresh,
  patience,
});

/** A category nobody else has, without the dash that would end it. */
const fresh = (): string => `c${randomUUID().replaceAll('-', '')}`;
