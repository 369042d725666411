import fc from 'fast-check';
import {
  accounts,
  anyAccount,
  anyActor,
  anyKey,
  anyOrganization,
  anyProject,
  anyRegisteredKind,
  anyResource,
  homeOf,
  importedKeys,
  keys,
  newKeys,
  organizations,
  projects,
  successors,
} from './cast.js';
import { IDENTITY, type Operation, type Past, SERVICE, type SupportRow } from './operations.js';
import { allKeys, endOf, now } from './keys.js';
import { Oracle } from './oracle.js';
import { firstTable } from './support.js';

/** A company with people and projects: what most histories begin with, give or take a step. */
const usualBeginning: Past = [
  ...accounts.map((account): Operation => ({ type: 'registerAccount', account })),
  { type: 'createOrganization', by: 'ann', organization: 'acme', defaultProject: 'acme-home' },
  { type: 'createOrganization', by: 'eve', organization: 'bolt', defaultProject: 'bolt-home' },
  { type: 'setFeatures', organization: 'acme', multiProject: true, externalCollaborators: true },
  { type: 'setFeatures', organization: 'bolt', multiProject: true },
  { type: 'setMembershipMethod', organization: 'acme', method: 'sso' },
  { type: 'setMembershipMethod', organization: 'bolt', method: 'sso' },
  { type: 'provisionMember', organization: 'acme', account: 'bob' },
  { type: 'provisionMember', organization: 'acme', account: 'cat' },
  { type: 'provisionMember', organization: 'acme', account: 'dan' },
  { type: 'changeMemberRole', by: 'ann', organization: 'acme', account: 'bob', role: 'admin' },
  { type: 'createProject', by: 'ann', organization: 'acme', project: 'alpha', visibility: 'open' },
  { type: 'createProject', by: 'bob', organization: 'acme', project: 'beta', visibility: 'private' },
  { type: 'createProject', by: 'eve', organization: 'bolt', project: 'gamma', visibility: 'closed' },
  { type: 'allowExternal', by: 'ann', project: 'alpha', allowed: true },
  { type: 'addCollaborator', by: 'ann', project: 'alpha', account: 'cat' },
  { type: 'addCollaborator', by: 'ann', project: 'alpha', account: 'dan' },
  { type: 'addCollaborator', by: 'ann', project: 'alpha', account: 'eve' },
  { type: 'changeCollaboratorRole', by: 'ann', project: 'alpha', account: 'cat', role: 'admin' },
  { type: 'createKey', by: 'ann', project: 'alpha', key: 'k1', expiresInSeconds: null },
  { type: 'createKey', by: 'bob', project: 'beta', key: 'k2', expiresInSeconds: 20 },
  { type: 'createKey', by: 'eve', project: 'gamma', key: 'k3', expiresInSeconds: 30 },
  { type: 'issueLegacyKey', organization: 'acme' },
  { type: 'importLegacyKey', organization: 'bolt' },
  { type: 'registerResource', by: SERVICE, project: 'alpha', kind: 'file', resource: 'r1' },
  { type: 'registerResource', by: SERVICE, project: 'gamma', kind: 'file', resource: 'r1' },
  { type: 'registerResource', by: SERVICE, project: 'beta', kind: 'storage', resource: 'r2' },
];

const anyBeginning = fc
  .tuple(...usualBeginning.map((step) => fc.option(fc.constant(step), { freq: 20 })))
  .map((steps) => steps.filter((step) => step !== null));

/** Few distinct lifetimes and waits, so that they often add up to the very second of an expiry. */
const expiresInSeconds = fc.constantFrom(null, null, null, 10, 20, 30, 30, 60, 60, 1, 0, -10);
const seconds = fc.constantFrom(1, 9, 10, 10, 10, 20, 30);

const by = anyActor;
const account = anyAccount;
const organization = anyOrganization;
const project = anyProject;
const key = anyKey;
const resource = anyResource;
const kind = anyRegisteredKind;
const overlapSeconds = fc.constantFrom(0, 0, 1, 10, 10, 20, 30, 60);
const role = fc.constantFrom('admin' as const, 'member' as const);
const visibility = fc.constantFrom('open' as const, 'closed' as const, 'private' as const);
const method = fc.constantFrom('sso' as const, 'sso' as const, 'sso' as const, 'invitation' as const);
const mostlyOn = fc.constantFrom(true, true, true, false);
const features = { multiProject: mostlyOn, externalCollaborators: mostlyOn, requireJoin: fc.boolean() };

const a = <Name extends Operation['type']>(type: Name): fc.Arbitrary<Name> => fc.constant(type);
const often = (weight: number, arbitrary: fc.Arbitrary<Operation>): fc.WeightedArbitrary<Operation> => ({
  weight,
  arbitrary,
});

const newOrganization = fc
  .record({ type: a('createOrganization'), by: account, organization: fc.constantFrom(...organizations) })
  .map((operation) => ({ ...operation, defaultProject: homeOf(operation.organization) }));

const supportRow: fc.Arbitrary<SupportRow> = fc.record({
  kind: fc.oneof(kind, fc.constantFrom(...firstTable.map((row) => row.kind))),
  key: fc.boolean(),
  ui: fc.constantFrom(true, false, null),
  listingScope: fc.constantFrom('defaultProject' as const, 'organization' as const),
});

/** The first table, but for a few rows. */
const rows = fc
  .uniqueArray(supportRow, { maxLength: 5, selector: (row) => row.kind })
  .map((revised) => firstTable.map((row) => revised.find((each) => each.kind === row.kind) ?? row));

const anyOperation = fc.oneof(
  often(1, fc.record({ type: a('registerAccount'), account: fc.constantFrom(...accounts) })),
  often(1, fc.record({ type: a('blockAccount'), account })),
  often(6, fc.record({ type: a('unblockAccount'), account })),
  often(1, fc.record({ type: a('deleteAccount'), by })),
  often(1, fc.record({ type: a('transferAccount'), account, to: fc.constantFrom(...successors) })),
  often(2, newOrganization),
  often(
    3,
    fc.record({ type: a('setFeatures'), organization, ...features }, { requiredKeys: ['type', 'organization'] }),
  ),
  often(2, fc.record({ type: a('setMembershipMethod'), organization, method })),
  often(1, fc.record({ type: a('suspend'), organization })),
  often(5, fc.record({ type: a('resume'), organization })),
  often(7, fc.record({ type: a('provisionMember'), organization, account })),
  often(2, fc.record({ type: a('transferOwnership'), organization, account })),
  often(5, fc.record({ type: a('changeMemberRole'), by, organization, account, role })),
  often(4, fc.record({ type: a('removeMember'), by, organization, account })),
  often(2, fc.record({ type: a('removeMember'), by: fc.constant(IDENTITY), organization, account })),
  often(
    3,
    fc.record({ type: a('createProject'), by, organization, project: fc.constantFrom(...projects), visibility }),
  ),
  often(4, fc.record({ type: a('changeVisibility'), by, project, visibility })),
  often(6, fc.record({ type: a('joinProject'), by: account, project })),
  often(3, fc.record({ type: a('leaveProject'), by: account, project })),
  often(4, fc.record({ type: a('allowExternal'), by, project, allowed: mostlyOn })),
  often(2, fc.record({ type: a('archive'), by, project })),
  often(4, fc.record({ type: a('unarchive'), by, project })),
  often(10, fc.record({ type: a('addCollaborator'), by, project, account })),
  often(12, fc.record({ type: a('changeCollaboratorRole'), by, project, account, role })),
  often(5, fc.record({ type: a('removeCollaborator'), by, project, account })),
  often(10, fc.record({ type: a('createKey'), by, project, key: fc.constantFrom(...keys), expiresInSeconds })),
  often(5, fc.record({ type: a('setExpiration'), by, key, expiresInSeconds })),
  often(2, fc.record({ type: a('renameKey'), by, key })),
  often(2, fc.record({ type: a('revokeKey'), by, key })),
  often(8, fc.record({ type: a('rotateKey'), by, key, to: fc.constantFrom(...newKeys), overlapSeconds })),
  often(1, fc.record({ type: a('revokeKeysOfProject'), by, project })),
  often(1, fc.record({ type: a('revokeKeysMadeBy'), by, account })),
  often(4, fc.record({ type: a('importKey'), project, key: fc.constantFrom(...importedKeys), expiresInSeconds })),
  often(2, fc.record({ type: a('issueLegacyKey'), organization })),
  often(1, fc.record({ type: a('importLegacyKey'), organization })),
  often(2, fc.record({ type: a('regenerateLegacyKey'), by, organization })),
  often(2, fc.record({ type: a('revealLegacyKey'), by, organization })),
  often(6, fc.record({ type: a('registerResource'), by: fc.oneof(by, fc.constant(SERVICE)), project, kind, resource })),
  often(4, fc.record({ type: a('removeResource'), by: fc.oneof(by, fc.constant(SERVICE)), project, kind, resource })),
  often(3, fc.record({ type: a('reviseSupportMatrix'), rows })),
  often(3, fc.record({ type: a('wait'), seconds })),
);

/** One name is one thing for the whole history: whoever replays it elsewhere needs a single map from names to ids. */
/** But a key may be imported again. */
const makesTakenName = (past: Past, next: Operation): boolean =>
  nameMade(next) !== null && past.some((done) => nameMade(done) === nameMade(next));

const nameMade = (operation: Operation): string | null => {
  switch (operation.type) {
    case 'registerAccount':
      return operation.account;
    case 'transferAccount':
      return operation.to;
    case 'createOrganization':
      return operation.organization;
    case 'createProject':
      return operation.project;
    case 'createKey':
      return operation.key;
    case 'rotateKey':
      return operation.to;
    default:
      return null;
  }
};

/** At each step the first candidate that can be done; where none can, the first, to be refused. */
const chooseSensibly = (steps: ReadonlyArray<Past>): Past => {
  const oracle = new Oracle();
  return steps.flatMap((candidates) => {
    const possible = candidates.filter((next) => !makesTakenName(oracle.past, next));
    const chosen = possible.find((next) => oracle.apply(next).outcome === 'done') ?? possible[0];
    return chosen === undefined ? [] : [{ ...chosen }];
  });
};

/** Waits for the end of a key that is still to come: what is asked then is asked at the very second. */
const untilAnEnd = (past: Past, which: number): Past => {
  const ends = allKeys(past).flatMap((key) => (key.revoked ? [] : (endOf(key) ?? [])));
  const toCome = ends.filter((end) => end > now(past));
  const end = toCome[which % toCome.length];
  return end === undefined ? [] : [{ type: 'wait', seconds: end - now(past) }];
};

const anyStep = fc.array(anyOperation, { minLength: 1, maxLength: 5, size: 'max' });

/** About sixty operations: most can be done, many are refused. */
export const anyHistory: fc.Arbitrary<Past> = fc
  .tuple(anyBeginning, fc.array(anyStep, { maxLength: 80, size: 'max' }), fc.option(fc.nat({ max: 11 }), { freq: 2 }))
  .map(([beginning, rest, which]) => {
    const history = chooseSensibly([...beginning.map((step) => [step]), ...rest]);
    const oracle = new Oracle();
    for (const operation of history) oracle.apply(operation);
    return which === null ? history : [...history, ...untilAnEnd(oracle.past, which)];
  });
