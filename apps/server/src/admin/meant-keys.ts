import { setImmediate as immediate } from 'node:timers/promises';
import * as t from 'io-ts';
import type { ApiKeys, Credentials, KeyDocument } from '#libs/api-keys';
import { type LiveState, mayRead, type Reader } from '#libs/authorization';
import type { Position } from '#libs/event-store';
import { AccountId, type ApiKeyId, E, exact, type OrganizationId, ProjectId, timestampOf } from '#libs/kernel';
import { Refused } from '../http/refused.js';
import { DescribedType } from '../openapi/described.js';

/** Secrets in one request. */
const MOST = 1_000;
/** Keys looked at in one turn of the event loop. */
const PART = 100;

const wanted = 'a list of 1 to 1,000 secrets';
const list = t.readonlyArray(t.string);
const isFew = (length: number) => length > 0 && length <= MOST;

const Secrets = new DescribedType<ReadonlyArray<string>>(
  { type: 'array', items: { type: 'string' }, minItems: 1, maxItems: MOST },
  wanted,
  (u): u is ReadonlyArray<string> => list.is(u) && isFew(u.length),
  (u, context) =>
    Array.isArray(u) && !isFew(u.length) ? t.failure(u, context, `expected ${wanted}`) : list.validate(u, context),
  t.identity,
);

/** Which keys are meant: one project's, one maker's, or those whose secrets leaked. */
export const Selection = t.union([
  exact({ projectId: ProjectId }),
  exact({ createdBy: AccountId }),
  exact({ secrets: Secrets }),
]);
export type Selection = t.TypeOf<typeof Selection>;

export interface Meant {
  /** Those that are not revoked yet; and those that are, if it was by this very request, or if the caller named them. */
  readonly keys: ReadonlyArray<KeyDocument>;
  /** By secret: legacy keys, which are regenerated and never revoked (KEY-31), and where in the list no key was found. */
  readonly legacy: ReadonlyArray<ApiKeyId>;
  readonly unknown: ReadonlyArray<number>;
}

/** For whom keys are looked for. */
export interface Seeker {
  readonly reader: Reader;
  readonly organizations: ReadonlyArray<OrganizationId> | null;
  /** Where the log was when the request was first begun: what was made later is not meant by it, nor was it told of what was revoked before. */
  readonly begunAt: Position;
}

export class MeantKeys {
  constructor(
    private readonly keys: ApiKeys,
    private readonly credentials: Credentials,
    private readonly live: LiveState,
  ) {}

  async of(selection: Selection, seeker: Seeker): Promise<Meant> {
    if ('secrets' in selection) return this.presented(selection.secrets);
    const ids =
      'projectId' in selection ? this.keys.idsOfProject(selection.projectId) : this.keys.idsMadeBy(selection.createdBy);
    return { keys: await this.among(ids, seeker), legacy: [], unknown: [] };
  }

  private async among(
    ids: ReadonlyArray<ApiKeyId>,
    { reader, organizations, begunAt }: Seeker,
  ): Promise<ReadonlyArray<KeyDocument>> {
    const allowed = new Map<ProjectId, boolean>();
    const keys: KeyDocument[] = [];
    const isMeant = (key: KeyDocument): boolean => {
      if ((this.keys.placeOf(key.id) ?? begunAt) > begunAt) return false;
      if (key.revokedAt !== null && key.changed <= begunAt) return false;
      if (organizations !== null && !organizations.includes(key.organizationId)) return false;
      const may = allowed.get(key.projectId) ?? this.mayRevoke(reader, key.projectId);
      allowed.set(key.projectId, may);
      return may;
    };
    for await (const part of inParts(ids)) keys.push(...part.flatMap((id) => this.find(id) ?? []).filter(isMeant));
    return keys;
  }

  private async presented(secrets: ReadonlyArray<string>): Promise<Meant> {
    const keys = new Map<ApiKeyId, KeyDocument>();
    const legacy = new Set<ApiKeyId>();
    const unknown: number[] = [];
    const present = ([index, secret]: readonly [number, string]): void => {
      const { key, pending } = this.credentials.present(secret);
      // What can't be looked up yet is not unknown: nobody is told of a key that leaked that there is none.
      if (pending) throw new Refused({ _tag: 'StateTooOld' });
      const document = key === undefined || key.legacy ? undefined : this.find(key.id);
      if (document !== undefined) keys.set(document.id, document);
      else if (key?.legacy === true) legacy.add(key.id);
      else unknown.push(index);
    };
    for await (const part of inParts([...secrets.entries()])) part.forEach(present);
    return { keys: [...keys.values()], legacy: [...legacy], unknown };
  }

  private find(id: ApiKeyId): KeyDocument | undefined {
    const found = this.keys.get('operator', id, timestampOf(Date.now()));
    return E.isLeft(found) ? undefined : found.right;
  }

  /** As this node knows it: what is left is asked of the log itself, key by key. */
  private mayRevoke(reader: Reader, id: ProjectId): boolean {
    const wish = { action: 'api-key:revoke', place: { type: 'project', id }, now: timestampOf(Date.now()) } as const;
    return mayRead(this.live, reader, wish) === undefined;
  }
}

/** All of them, so few in each turn of the event loop that nobody else waits for long. */
export async function* inParts<A>(all: ReadonlyArray<A>): AsyncGenerator<ReadonlyArray<A>> {
  for (let from = 0; from < all.length; from += PART) {
    if (from > 0) await immediate();
    yield all.slice(from, from + PART);
  }
}
