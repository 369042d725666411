import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { People } from '#libs/accounts';
import type { AccountId } from '#libs/kernel';
import { Keyring, type Vault } from '#libs/vault';
import { FileVault } from '#libs/vault/file';
import { right } from '#libs/vault/testing';
import { erasedPeople } from './erased-people.js';
import { UnfinishedDeletions } from './unfinished.js';

const idOf = (n: number): string => `user_${String(n)}`;

let directory: string;
let vault: Vault;
let people: People;
let unfinished: UnfinishedDeletions;
let troubles: unknown[];
let position: bigint;

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'erased-people-'));
  vault = await right(FileVault.open(directory, new Keyring(Buffer.alloc(32, 7))));
  people = new People(vault);
  [unfinished, troubles, position] = [new UnfinishedDeletions(), [], 0n];
});
afterEach(async () => {
  await vault.close();
  rmSync(directory, { recursive: true });
});

const happened = (n: number, type: 'AccountRegistered' | 'AccountDeleted', data: object): void => {
  position += 1n;
  for (const each of people.follows)
    if (each.category === 'account') each.apply({ id: idOf(n), position, event: { type, data } } as never);
};
const registered = (n: number): void => happened(n, 'AccountRegistered', { provider: 'google', profile: {} });
const due = (): ReadonlyArray<string> => unfinished.due().map(([id]) => id);
const looking = () => erasedPeople(people, vault, unfinished, (failure) => troubles.push(failure));
const never = () => false;

it('everybody is looked up once, some at a time; whoever is erased and not deleted is found (DEL-03)', async () => {
  for (let n = 0; n < 450; n += 1) registered(n);
  for (const n of [3, 4, 300, 449]) await right(vault.erase(idOf(n)));
  happened(4, 'AccountDeleted', { email: 'hmac' });
  await right(vault.erase('invitation_1'));
  const look = looking();
  expect(look.left()).toEqual({ waiting: 1, failing: 0 });
  expect(await look.run(never)).toBeLessThan(1_000);
  expect(due()).toEqual([idOf(3)]);
  expect(await look.run(never)).toBeLessThan(1_000);
  expect(look.left()).toEqual({ waiting: 1, failing: 0 });
  expect(await look.run(never)).toBe(Infinity);
  expect(due()).toEqual([3, 300, 449].map(idOf));
  expect(unfinished.due()[0]).toEqual([idOf(3), { accountId: idOf(3), email: null }]);
  expect(look.left()).toEqual({ waiting: 0, failing: 0 });
  for (const [id, item] of unfinished.due()) unfinished.done(id, item);
  expect([await look.run(never), due()]).toEqual([Infinity, []]);
});

it('who comes later is looked up, too: a registration that a restored log had left half done', async () => {
  const look = looking();
  expect(await look.run(never)).toBe(Infinity);
  await right(vault.erase(idOf(1)));
  registered(1);
  expect([await look.run(never), due()]).toEqual([Infinity, [idOf(1)]]);
});

it('a deletion that has begun is left as it is', async () => {
  registered(1);
  await right(vault.erase(idOf(1)));
  unfinished.found(idOf(1) as AccountId);
  const [before] = unfinished.due();
  await looking().run(never);
  expect(unfinished.due()[0]?.[1]).toBe(before?.[1]);
});

it('a vault that is away is asked again later, and not at every turn', async () => {
  registered(1);
  await vault.close();
  const look = looking();
  for (let n = 0; n < 3; n += 1) expect(await look.run(never)).toBeGreaterThan(1_000);
  expect(troubles).toEqual([expect.objectContaining({ _tag: 'VaultUnavailable' })]);
  expect(look.left()).toEqual({ waiting: 1, failing: 1 });
});
