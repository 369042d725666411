import { createHash, createHmac } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { LiveState } from '#libs/authorization';
import { newCommandId, recordable, streamOf } from '#libs/event-store';
import { temporaryStore } from '#libs/event-store/testing';
import {
  type ApiKeyId,
  type Digest,
  E,
  type EventCodec,
  type OrganizationId,
  type ProjectId,
  type TE,
  timestampOf,
} from '#libs/kernel';
import { ReadSide } from '#libs/read-models';
import { Keyring, type Vault, type VaultUnavailable } from '#libs/vault';
import { FileVault } from '#libs/vault/file';
import { type ApiKeyEvent, apiKeyEvents } from '../domain/api-key.events.js';
import type { Algorithm, PepperName } from '../domain/foreign.js';
import { formatSecret, type KeyPrefix } from '../domain/key-format.js';
import { legacyKeyEvents } from '../domain/legacy-key.events.js';
import { pepperEvents, THE_PEPPERS } from '../domain/pepper.events.js';
import { ImportedDigests } from '../imports/imported-digests.js';
import { PepperKeys } from '../imports/pepper-keys.js';
import { heldPepper, pepperRow } from '../imports/pepper-value.js';
import { Credentials } from './credentials.js';
import { ImportedKinds } from './imported-kinds.js';

const prefix = 'writ' as KeyPrefix;
const digests = new ImportedDigests(Buffer.alloc(32, 9));
const pepper = Buffer.from('a pepper of the old gateway');
const place = { organizationId: 'org_a' as OrganizationId, projectId: 'proj_a' as ProjectId };
const old = 'old' as PepperName;

/** A process with a state of its own, that the vault may be away for. */
interface Node {
  readonly credentials: Credentials;
  readonly readSide: ReadSide;
  readonly asked: number[];
  readonly troubles: unknown[];
  vaultIsAway: boolean;
}

let store: Awaited<ReturnType<typeof temporaryStore>>;
let directory: string;
let vault: Vault;
const ends: Array<() => Promise<void> | void> = [];

const right = async <A>(task: TE.TaskEither<unknown, A>): Promise<A> => {
  const answer = await task();
  if (E.isLeft(answer)) throw new Error(JSON.stringify(answer.left));
  return answer.right;
};

beforeEach(async () => {
  store = await temporaryStore();
  directory = mkdtempSync(join(tmpdir(), 'writ-vault-'));
  vault = await right(FileVault.open(directory, new Keyring(Buffer.alloc(32, 7))));
});
afterEach(async () => {
  for (const end of ends.splice(0)) await end();
  await store.close();
  await vault.close();
  rmSync(directory, { recursive: true, force: true });
});

const start = (vaultIsAway = false): Node => {
  const live = new LiveState();
  const node: Node = Object.assign({ vaultIsAway, asked: [], troubles: [] }, {} as Node);
  const away: VaultUnavailable = { _tag: 'VaultUnavailable', cause: 'away' };
  const recall: Vault['recall'] = (name) => () => {
    node.asked.push(Date.now());
    return node.vaultIsAway ? Promise.resolve(E.left(away)) : vault.recall(name)();
  };
  const peppers = new PepperKeys({ recall }, (failure) => node.troubles.push(failure), 5);
  const imported = new ImportedKinds(live, digests, peppers);
  const readSide = new ReadSide(store.store, [live, imported], new Set());
  readSide.start();
  ends.push(() => readSide.stop());
  ends.push(() => {
    peppers.stop();
  });
  return Object.assign(node, { readSide, credentials: new Credentials(live, imported, prefix) });
};

const append = async <Ev extends { readonly type: string }>(
  category: string,
  id: string,
  [codec, event]: readonly [EventCodec<Ev>, Ev],
): Promise<bigint> => {
  const context = { commandId: newCommandId(), actor: { type: 'operator' as const }, via: null, requestId: 'test' };
  const stream = streamOf(category, id);
  const written = recordable({ events: codec }, stream, { ...context, at: timestampOf(0) }, [])(event, 0);
  return (await right(store.store.append(stream, 'any', [written]))).position;
};

let serial = 0;
const imported = (digest: Digest, algorithm: Algorithm): readonly [typeof apiKeyEvents, ApiKeyEvent] => [
  apiKeyEvents,
  {
    type: 'KeyImported',
    data: {
      ...place,
      digest,
      name: 'old',
      hint: '…',
      expiresAt: null,
      algorithm,
      pepper: algorithm === 'hmac-sha256' ? old : null,
      externalId: null,
    },
  },
];

const rawOf = (algorithm: Algorithm, secret: string): Buffer =>
  algorithm === 'hmac-sha256'
    ? createHmac('sha256', pepper).update(secret).digest()
    : createHash(algorithm).update(secret).digest();

const importKey = (algorithm: Algorithm, secret: string): Promise<bigint> => {
  const kind = { algorithm, pepper: algorithm === 'hmac-sha256' ? old : null };
  return append('apiKey', `key_${(serial += 1)}`, imported(digests.of(kind, rawOf(algorithm, secret)), algorithm));
};
const storePepper = async (): Promise<bigint> => {
  await right(vault.hold(pepperRow(old), heldPepper(pepper)));
  return append('pepper', THE_PEPPERS, [pepperEvents, { type: 'PepperStored', data: { name: old } }]);
};

const eventually = async (isSo: () => boolean): Promise<void> => {
  for (let tries = 0; !isSo(); tries += 1) {
    if (tries > 500) throw new Error('never');
    await delay(5);
  }
};

it('an imported secret is known on every node that has read so far, and on none before', async () => {
  const [one, two] = [start(), start()];
  await storePepper();
  const secrets: ReadonlyArray<[Algorithm, string]> = [
    ['sha256', 'sk_live_1'],
    ['sha512', 'sk_live_2'],
    ['hmac-sha256', 'sk_live_3 schlüssel'],
  ];
  for (const [, secret] of secrets) expect(one.credentials.present(secret)).toMatchObject({ key: undefined });
  let position = 0n;
  for (const [algorithm, secret] of secrets) position = await importKey(algorithm, secret);
  for (const { readSide, credentials } of [one, two]) {
    await readSide.reached(position, 5_000);
    await eventually(() => !credentials.present('nobody').pending);
    for (const [, secret] of secrets) expect(credentials.present(secret)).toMatchObject({ key: place, pending: false });
    expect(credentials.present('sk_live_4')).toMatchObject({ key: undefined, pending: false });
  }
  const after = start();
  await after.readSide.reached(position, 5_000);
  await eventually(() => after.credentials.present('sk_live_3 schlüssel').key !== undefined);
});

it('while a pepper has yet to come, nothing is known to be unknown; what needs none is found', async () => {
  const node = start(true);
  await storePepper();
  await importKey('sha512', 'plain');
  await node.readSide.reached(await importKey('hmac-sha256', 'keyed'), 5_000);
  expect(node.credentials.present('keyed')).toMatchObject({ key: undefined, pending: true });
  expect(node.credentials.present('nobody')).toMatchObject({ key: undefined, pending: true });
  const ours = formatSecret(prefix, Buffer.alloc(32, 1));
  expect(node.credentials.present(ours)).toMatchObject({ key: undefined, pending: true });
  expect(node.credentials.present('plain')).toMatchObject({ key: place, pending: false });
  expect(node.credentials.present(`${ours}x`)).toEqual({ digest: null, key: undefined, pending: false });
  await eventually(() => node.asked.length > 3);
  expect(node.troubles).toEqual([{ _tag: 'VaultUnavailable', cause: 'away' }]);
  node.vaultIsAway = false;
  await eventually(() => node.credentials.present('keyed').key !== undefined);
  expect(node.credentials.present('nobody')).toMatchObject({ key: undefined, pending: false });
});

it('a pepper that is stored and not yet used keeps nobody waiting', async () => {
  const node = start(true);
  await importKey('sha256', 'plain');
  await node.readSide.reached(await storePepper(), 5_000);
  expect(node.credentials.present('nobody')).toMatchObject({ key: undefined, pending: false });
});

it('a pepper that the vault does not have is waited for, and told of once', async () => {
  const node = start();
  await append('pepper', THE_PEPPERS, [pepperEvents, { type: 'PepperStored', data: { name: old } }]);
  await node.readSide.reached(await importKey('hmac-sha256', 'keyed'), 5_000);
  await eventually(() => node.asked.length > 2);
  expect(node.credentials.present('keyed').pending).toBe(true);
  expect(node.troubles).toEqual([{ _tag: 'PepperNotHeld', name: 'old' }]);
});

it('of our prefix and not our form is malformed, imported or not; of another prefix it may be imported', async () => {
  const node = start();
  const ours = formatSecret(prefix, Buffer.alloc(32, 1));
  const theirs = formatSecret('other' as KeyPrefix, Buffer.alloc(32, 1));
  const flip = (secret: string) => `${secret.slice(0, -1)}${secret.endsWith('0') ? '1' : '0'}`;
  const malformed = { digest: null, key: undefined, pending: false };
  expect(node.credentials.present(flip(theirs))).toEqual(malformed);
  const secrets = [flip(ours), 'writ_other', ours, theirs, flip(theirs), 'sk_live'];
  let position = 0n;
  for (const secret of secrets) position = await importKey('sha256', secret);
  await node.readSide.reached(position, 5_000);
  const found = secrets.map((secret) => node.credentials.present(secret).key !== undefined);
  expect(found).toEqual([false, false, true, true, true, true]);
  expect(node.credentials.present('writ_other')).toEqual(malformed);
  expect(node.credentials.present(`${flip(theirs).slice(0, -2)}aa`)).toEqual(malformed);
});

it('a legacy key is imported as a key is, and its former secret is found as that', async () => {
  const node = start();
  const data = { ...place, keyId: 'key_legacy' as ApiKeyId, hint: '…' };
  const digest = digests.of({ algorithm: 'sha512', pepper: null }, rawOf('sha512', 'main'));
  const origin = { algorithm: 'sha512' as const, pepper: null, externalId: null, name: 'main' };
  await append('legacyKey', 'org_a', [
    legacyKeyEvents,
    { type: 'LegacyKeyImported', data: { ...data, ...origin, digest } },
  ]);
  const secret = formatSecret(prefix, Buffer.alloc(32, 3));
  const next = createHash('sha256').update(secret).digest('hex') as Digest;
  const regenerated = { ...data, digest: next, supersedes: digest, secretVersion: 2 };
  const position = await append('legacyKey', 'org_a', [
    legacyKeyEvents,
    { type: 'LegacyKeyRegenerated', data: regenerated },
  ]);
  await node.readSide.reached(position, 5_000);
  expect(node.credentials.present('main').key).toMatchObject({ legacy: true, endsAt: -Infinity });
  expect(node.credentials.present(secret).key).toMatchObject({ legacy: true, endsAt: Infinity });
});
