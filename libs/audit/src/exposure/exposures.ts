import type { People, Person, VaultFailure } from '#libs/accounts';
import { type ApiKeys, statusOf } from '#libs/api-keys';
import type { ApiKeyEvent, LegacyKeyEvent } from '#libs/api-keys/events';
import { permissions } from '#libs/authorization';
import type { Position, StoreFailure } from '#libs/event-store';
import { type AccountId, type ApiKeyId, E, type ProjectId, type Timestamp, timestampOf } from '#libs/kernel';
import type { KeyUses } from '#libs/key-uses';
import { type AnyCited, type Cited, citedOf } from '../explanation/cited.js';
import type { Sight } from '../explanation/names.js';
import type { Past } from '../past/past.js';
import { type Life, type LivedKey, livedKey, livedLegacyKey } from './lives.js';
import { type Refusal, refusalOf } from './refusal.js';

/** One secret: when it was good, and where it is refused since it is not; null while it is good. */
export interface ExposedSecret extends Pick<Life, 'secretVersion' | 'from' | 'to'> {
  readonly refused: Refusal | null;
}

/** What whoever holds a leaked secret could do, and how long. */
export interface Exposure extends Omit<LivedKey, 'lives' | 'createdBy'> {
  readonly apiKeyId: ApiKeyId;
  /** By name as far as the reader may be told it. */
  readonly createdBy: (Person & { readonly id: AccountId }) | null;
  /** The one that leaked: where nobody can tell, the newest. */
  readonly secret: ExposedSecret;
  /** Of a legacy key every secret that it has had; null for another one. */
  readonly secrets: ReadonlyArray<ExposedSecret> | null;
  readonly lastUsedAt: Timestamp | null;
  readonly lastUsedFrom: string | null;
  /** Of an earlier use nothing may be known; null where it cannot be told now. */
  readonly usesKnownSince: Timestamp | null;
  readonly actionsPossible: ReadonlyArray<string>;
  /** Other live keys of the project that the same person made. */
  readonly sameMaker: ReadonlyArray<ApiKeyId>;
}

export interface Leaked {
  readonly keyId: ApiKeyId;
  /** What put another secret in the place of the one that was presented; null for the newest, or where none was. */
  readonly replaced: Position | null;
  readonly position: Position;
  /** In ms since 1970. */
  readonly now: number;
}

const actionsPossible = [...permissions].flatMap(([action, { key }]) => (key ? [action] : [])).sort();

const isOfKey = (cited: AnyCited, keyId: string): cited is Cited<ApiKeyEvent> =>
  cited.id === keyId && /^Key/u.test(cited.event.type);

const isOfLegacyKey = (cited: AnyCited): cited is Cited<LegacyKeyEvent> => /^LegacyKey/u.test(cited.event.type);

/** How far a key that leaked was exposed, from the log itself and what is known of its uses. */
export class Exposures {
  constructor(
    private readonly past: Past,
    private readonly keys: ApiKeys,
    private readonly uses: KeyUses,
    private readonly people: People,
  ) {}

  /** Nothing of a key that was never made. */
  async of(
    { keyId, replaced, position, now }: Leaked,
    sight: Pick<Sight, 'person'>,
  ): Promise<E.Either<StoreFailure | VaultFailure, Exposure | undefined>> {
    const time = timestampOf(now);
    const lived = await this.lived(keyId, position, time);
    if (E.isLeft(lived)) return lived;
    if (lived.right === undefined) return E.right(undefined);
    const { lives, createdBy, ...key } = lived.right;
    const former = replaced === null ? undefined : lives.find(({ to }) => to?.position === replaced);
    const leaked = former ?? lives.at(-1);
    if (leaked === undefined) return E.right(undefined);
    const maker = await this.maker(createdBy, sight);
    if (E.isLeft(maker)) return maker;
    const known = await this.uses.known()();
    const nodes = E.isRight(known) ? known.right.nodes : [];
    const use = (await this.uses.atHand([keyId])).get(keyId);
    const exposed = (life: Life): ExposedSecret => {
      const { secretVersion, from, to } = life;
      return { secretVersion, from, to, refused: refusalOf(life, nodes, now) };
    };
    return E.right({
      ...key,
      apiKeyId: keyId,
      status: leaked === lives.at(-1) ? key.status : 'superseded',
      createdBy: maker.right,
      secret: exposed(leaked),
      secrets: leaked.secretVersion === null ? null : lives.map(exposed),
      lastUsedAt: use === undefined ? null : timestampOf(use.at),
      lastUsedFrom: use?.ip ?? null,
      usesKnownSince: E.isRight(known) ? timestampOf(known.right.since) : null,
      actionsPossible,
      sameMaker: createdBy === null ? [] : this.othersMadeBy(createdBy, { keyId, projectId: key.projectId, now: time }),
    });
  }

  private async lived(
    keyId: ApiKeyId,
    position: Position,
    now: Timestamp,
  ): Promise<E.Either<StoreFailure, LivedKey | undefined>> {
    const facts = this.past.facts(position);
    const asked = await facts.ask((factsAt) => factsAt(position).key(keyId))();
    if (E.isLeft(asked)) return asked;
    const events = citedOf(facts.events);
    if (E.isLeft(events)) return events;
    return E.right(
      asked.right?.legacy === true
        ? livedLegacyKey(events.right.filter(isOfLegacyKey))
        : livedKey(
            events.right.filter((cited) => isOfKey(cited, keyId)),
            now,
          ),
    );
  }

  private async maker(
    id: AccountId | null,
    sight: Pick<Sight, 'person'>,
  ): Promise<E.Either<VaultFailure, Exposure['createdBy']>> {
    if (id === null) return E.right(null);
    if (!sight.person(id)) return E.right({ id, name: null, email: null });
    const found = await this.people.withPersons([{ id }], (person) => person.id)();
    return E.isLeft(found) ? found : E.right(found.right[0] ?? null);
  }

  private othersMadeBy(
    maker: AccountId,
    { keyId, projectId, now }: { readonly keyId: ApiKeyId; readonly projectId: ProjectId; readonly now: Timestamp },
  ): ReadonlyArray<ApiKeyId> {
    return this.keys.idsMadeBy(maker).filter((id) => {
      const found = id === keyId ? undefined : this.keys.get('operator', id, now);
      return (
        found !== undefined &&
        E.isRight(found) &&
        found.right.projectId === projectId &&
        statusOf(found.right, now) === 'active'
      );
    });
  }
}
