import { beforeEach, describe, expect, it } from '@jest/globals';
import { O } from '#libs/kernel';
import type { Vault } from '../vault.js';
import { type OpenedVault, right } from './opened-vault.js';

/** The part of the contract that is about secrets which have to be had again. */
export const secretsInAVault = (current: () => OpenedVault): void => {
  describe('a held secret', () => {
    let opened: OpenedVault;
    let vault: Vault;

    beforeEach(() => {
      opened = current();
      ({ vault } = opened);
    });

    it('is had again, whatever it was, now and after a restart', async () => {
      const secrets = ['writ_secret', '', 'é\u0000\u{1f600}', 'x'.repeat(4_096)];
      for (const [n, secret] of secrets.entries()) expect(await right(vault.hold(`pepper/${n}`, secret))).toBe(true);
      const restarted = await opened.reopen();
      for (const [n, secret] of secrets.entries())
        expect(await right(restarted.recall(`pepper/${n}`))).toEqual(O.some(secret));
    });

    it('stays the first of its name, and whoever comes second is told whether it is theirs', async () => {
      expect(await right(vault.hold('pepper/a', 'one'))).toBe(true);
      expect(await right(vault.hold('pepper/a', 'one'))).toBe(true);
      expect(await right(vault.hold('pepper/a', 'two'))).toBe(false);
      expect(await right(vault.recall('pepper/a'))).toEqual(O.some('one'));
    });

    it('is one for twenty who hold different ones at once, and one of them is told so', async () => {
      const held = await Promise.all(
        Array.from({ length: 20 }, (_, n) => right(vault.hold('pepper/b', `secret ${n}`))),
      );
      expect(held.filter(Boolean)).toHaveLength(1);
      expect(await right(vault.recall('pepper/b'))).toEqual(O.some(`secret ${held.indexOf(true)}`));
    });

    it('is none where nothing was held, or it was dropped: and then its name takes no other', async () => {
      expect(await right(vault.recall('pepper/none'))).toEqual(O.none);
      await right(vault.hold('legacy/a', 'one'));
      await right(vault.hold('legacy/b', 'other'));
      await right(vault.drop('legacy/a'));
      const restarted = await opened.reopen();
      expect(await right(restarted.recall('legacy/a'))).toEqual(O.none);
      expect(await right(restarted.hold('legacy/a', 'one'))).toBe(false);
      expect(await right(restarted.recall('legacy/b'))).toEqual(O.some('other'));
    });

    it('is nobody’s data key: a person of the same name is sealed for as anyone', async () => {
      await right(vault.hold('user_ann', 'one'));
      const sealed = await right(vault.seal('user_ann', { name: 'Ann' }));
      await right(vault.drop('user_ann'));
      expect(await right((await opened.reopen()).open(sealed))).toEqual(O.some({ name: 'Ann' }));
    });
  });
};
