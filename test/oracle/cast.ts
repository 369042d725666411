import fc from 'fast-check';
import { legacyKeyOf, legacySecretOf } from './operations.js';

export const accounts = ['ann', 'bob', 'cat', 'dan', 'eve', 'fay'];
/** Nobody, until somebody's account is transferred to a new email: then they are the new account. */
export const successors = ['gil', 'hal'];
export const organizations = ['acme', 'bolt', 'corp'];
/** Beside the default project that each organization is born with. */
export const projects = ['alpha', 'beta', 'gamma', 'delta'];
export const keys = ['k1', 'k2', 'k3', 'k4', 'k5', 'k6', 'k7', 'k8'];
/** What comes in the place of others, and from other systems. */
export const newKeys = ['n1', 'n2', 'n3', 'n4', 'n5', 'n6'];
export const importedKeys = ['i1', 'i2', 'i3'];
export const resources = ['r1', 'r2', 'r3'];
export const homeOf = (organization: string): string => `${organization}-home`;

/** A name out of a fixed few, the greater number the more often. */
const often = (names: Readonly<Record<string, number>>): fc.Arbitrary<string> =>
  fc.oneof(...Object.entries(names).map(([name, weight]) => ({ weight, arbitrary: fc.constant(name) })));

/** `nobody`, `nowhere` and `no-key` are never made: they stand for ids that somebody invented. */
export const anyActor = often({ ann: 14, bob: 6, cat: 4, dan: 2, eve: 6, fay: 2, gil: 2, nobody: 1 });
export const anyAccount = often({ ann: 6, bob: 10, cat: 16, dan: 12, eve: 10, fay: 5, gil: 3, hal: 1, nobody: 1 });
export const anyOrganization = often({ acme: 24, bolt: 6, corp: 2, nowhere: 1 });
export const anyProject = often({
  ...{ alpha: 20, beta: 8, gamma: 5, delta: 2 },
  ...{ 'acme-home': 8, 'bolt-home': 3, 'corp-home': 1, nowhere: 1 },
});
const anyProjectKey = {
  ...{ k1: 16, k2: 12, k3: 8, k4: 6, k5: 4, k6: 2, k7: 2, k8: 2 },
  ...{ n1: 6, n2: 4, n3: 3, n4: 2, n5: 1, n6: 1, i1: 5, i2: 3, i3: 2 },
  'no-key': 1,
};
/** By its id. */
export const anyKey = often({ ...anyProjectKey, [legacyKeyOf('acme')]: 5, [legacyKeyOf('bolt')]: 2 });
/** By its secret: of a legacy key each has a name of its own. */
export const anySecret = often({
  ...anyProjectKey,
  ...{ [legacySecretOf('acme', 1)]: 6, [legacySecretOf('acme', 2)]: 4, [legacySecretOf('acme', 3)]: 2 },
  ...{ [legacySecretOf('bolt', 1)]: 3, [legacySecretOf('bolt', 2)]: 1 },
});
export const anyResource = fc.constantFrom(...resources);
/** The kinds that services register: one of each way to be supported, and no more, so that names meet. */
export const anyRegisteredKind = often({ file: 4, storage: 2, 'code-interpreter': 1, inference: 1, 'gpu-cluster': 1 });
