import type { KeyFact, LiveState } from '#libs/authorization';
import type { Digest } from '#libs/kernel';
import { follow, type ReadModel } from '#libs/read-models';
import { apiKeyEvents } from '../domain/api-key.events.js';
import { legacyKeyEvents } from '../domain/legacy-key.events.js';
import { pepperEvents } from '../domain/pepper.events.js';
import { digestOf, type ForeignKind } from '../imports/foreign-digest.js';
import type { ImportedDigests } from '../imports/imported-digests.js';
import type { PepperKeys } from '../imports/pepper-keys.js';

export type Recognized = { readonly key: KeyFact; readonly digest: Digest } | 'unknown' | 'pending';

/**
 * In which ways imported secrets are kept, as far as the log has any: each is one digest more for a secret that is not
 * one of our own. There are as many as peppers, and two.
 */
export class ImportedKinds implements ReadModel {
  /**
   * In the order in which the log first named them, so that every node tries them in the same; and those without a pepper before all
   * others, so that none of them ever waits for one.
   */
  private kinds: ReadonlyMap<string, ForeignKind> = new Map();

  readonly follows = [
    follow({ category: 'apiKey', events: apiKeyEvents }, ({ event }) => {
      if (event.type === 'KeyImported') this.add(event.data);
    }),
    follow({ category: 'legacyKey', events: legacyKeyEvents }, ({ event }) => {
      if (event.type === 'LegacyKeyImported') this.add(event.data);
    }),
    follow({ category: 'pepper', events: pepperEvents }, ({ event }) => {
      this.peppers.want(event.data.name);
    }),
  ];

  constructor(
    private readonly live: LiveState,
    private readonly digests: ImportedDigests,
    private readonly peppers: PepperKeys,
  ) {}

  /** `pending`: a pepper that it may have been kept with has yet to come from the vault. */
  recognize(secret: string): Recognized {
    let pending = false;
    for (const kind of this.kinds.values()) {
      const raw = digestOf(kind.algorithm, secret, kind.pepper === null ? undefined : this.peppers.get(kind.pepper));
      if (raw === undefined) {
        pending = true;
        continue;
      }
      const digest = this.digests.of(kind, raw);
      const key = this.live.keyByDigest(digest);
      // The first that knows it has it: nobody can tell which that is while an earlier one is not here yet.
      if (key !== undefined) return pending ? 'pending' : { key, digest };
    }
    return pending ? 'pending' : 'unknown';
  }

  private add({ algorithm, pepper }: ForeignKind): void {
    const name = `${algorithm} ${pepper ?? ''}`;
    if (this.kinds.has(name)) return;
    const all = [...this.kinds, [name, { algorithm, pepper }] as const];
    const isPlain = ([, kind]: readonly [string, ForeignKind]) => kind.pepper === null;
    this.kinds = new Map([...all.filter(isPlain), ...all.filter((each) => !isPlain(each))]);
    if (pepper !== null) this.peppers.want(pepper);
  }
}
