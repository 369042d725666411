import type { KeyDocument, LegacyKeyDocument, Reported } from '#libs/api-keys';
import { type ApiKeyId, timestampOf } from '#libs/kernel';
import type { KeyUses, Use } from '#libs/key-uses';
import { keyView, legacyKeyView } from './views.js';

export type ApiKey = ReturnType<typeof keyView>;

/** `lastUsedFrom`: an address, for those who may list the key (PRM-27). */
export type ReportedKey = ApiKey & Pick<Reported, 'why' | 'unusedSince'> & { readonly lastUsedFrom: string | null };

const timeOf = (use: Use | undefined) => (use === undefined ? null : timestampOf(use.at));

/** Keys as they go out, each with its last use as far as it is at hand: no list of keys waits for a store of uses that is away. */
export class ShownKeys {
  constructor(private readonly uses: KeyUses) {}

  async one(key: KeyDocument): Promise<ApiKey> {
    return keyView(key, await this.lastUsedAt(key.id));
  }

  async all(keys: ReadonlyArray<KeyDocument>): Promise<ReadonlyArray<ApiKey>> {
    const uses = await this.uses.atHand(keys.map(({ id }) => id));
    return keys.map((key) => keyView(key, timeOf(uses.get(key.id))));
  }

  async reported(found: ReadonlyArray<Reported>): Promise<ReadonlyArray<ReportedKey>> {
    const uses = await this.uses.atHand(found.map(({ key }) => key.id));
    return found.map(({ key, why, unusedSince }) => {
      const use = uses.get(key.id);
      return { ...keyView(key, timeOf(use)), why, unusedSince, lastUsedFrom: use?.ip ?? null };
    });
  }

  async legacy(key: LegacyKeyDocument): Promise<ReturnType<typeof legacyKeyView>> {
    return legacyKeyView(key, await this.lastUsedAt(key.id));
  }

  private async lastUsedAt(id: ApiKeyId) {
    return timeOf((await this.uses.atHand([id])).get(id));
  }
}
