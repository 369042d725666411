import { beforeEach, describe, expect, it } from '@jest/globals';
import { E, O } from '#libs/kernel';
import type { Vault, VaultRow } from '../vault.js';
import { type OpenedVault, right } from './opened-vault.js';

const allRows = async (vault: Vault, limit = 7): Promise<ReadonlyArray<VaultRow>> => {
  const found: VaultRow[] = [];
  for (;;) {
    const page = await right(vault.rows(found.at(-1)?.subject ?? null, limit));
    found.push(...page);
    if (page.length < limit) return found;
  }
};

/** The part of the contract that backups rest on. `another`: an empty vault of the same master key, in place of the current one. */
export const rowsOfAVault = (current: () => OpenedVault, another: () => Promise<OpenedVault>): void => {
  describe('the rows', () => {
    let opened: OpenedVault;
    let vault: Vault;

    beforeEach(() => {
      opened = current();
      ({ vault } = opened);
    });

    it('are each of them there once, page by page, in the order of their bytes', async () => {
      const subjects = Array.from(
        { length: 30 },
        (_, n) => `user_${((n * 7) % 30).toString(36)}${n % 2 ? '\u00e4' : 'Z'}`,
      );
      for (const subject of subjects) await right(vault.ensureKey(subject));
      await right(vault.erase('user_0Z'));
      await right(vault.hold('pepper/a', 'secret'));
      const inOrder = ['secret:pepper/a', ...subjects].sort((one, other) =>
        Buffer.compare(Buffer.from(one), Buffer.from(other)),
      );
      for (const limit of [1, 7, 31, 100]) {
        const rows = await allRows(vault, limit);
        expect(rows.map(({ subject }) => subject)).toEqual(inOrder);
        expect(rows.filter(({ wrapped }) => wrapped === null)).toEqual([{ subject: 'user_0Z', wrapped: null }]);
      }
    });

    it('are none of an empty vault', async () => {
      expect(await right(vault.rows(null, 10))).toEqual([]);
    });

    it('put into an empty vault are the vault: boxes open, secrets are had again, and the erased stay erased', async () => {
      const [ann, bob] = [
        await right(vault.seal('user_ann', { name: 'Ann' })),
        await right(vault.seal('user_bob', {})),
      ];
      await right(vault.erase('user_bob'));
      await right(vault.erase('user_cat'));
      await right(vault.hold('pepper/a', 'secret'));
      const rows = await allRows(vault);
      const next = await another();
      expect(await right(next.vault.restore(rows))).toBe(true);
      const restored = await next.reopen();
      expect(await allRows(restored)).toEqual(rows);
      expect(await right(restored.openMany([ann, bob]))).toEqual([O.some({ name: 'Ann' }), O.none]);
      expect(await right(restored.recall('pepper/a'))).toEqual(O.some('secret'));
      for (const subject of ['user_bob', 'user_cat'])
        expect(await restored.ensureKey(subject)()).toEqual(E.left({ _tag: 'SubjectErased', subject }));
    });

    it('change nothing that is there, whether they are the same again or others', async () => {
      const ann = await right(vault.seal('user_ann', { name: 'Ann' }));
      await right(vault.erase('user_bob'));
      const rows = await allRows(vault);
      expect(await right(vault.restore(rows))).toBe(true);
      expect(await right(vault.restore([]))).toBe(true);
      const [wrapped] = rows.map((row) => row.wrapped);
      const others: ReadonlyArray<VaultRow> = [
        { subject: 'user_ann', wrapped: null },
        { subject: 'user_ann', wrapped: Buffer.alloc(61, 3) },
        { subject: 'user_bob', wrapped: wrapped ?? null },
      ];
      for (const other of others) expect(await right(vault.restore([other]))).toBe(false);
      const restarted = await opened.reopen();
      expect(await allRows(restarted)).toEqual(rows);
      expect(await right(restarted.open(ann))).toEqual(O.some({ name: 'Ann' }));
    });
  });
};
