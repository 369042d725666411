import fc from 'fast-check';
import { organizationId } from './names.js';
import type { World } from './world.js';

/** Of the second kind nobody has a UI, until the table is revised. */
const resourceKinds = ['file', 'code-interpreter'] as const;
export const resourceNames = ['one', 'two'] as const;

/** What may happen to the registry of acme and to the support table. */
export interface ResourceAttempt {
  readonly project: string;
  readonly on: boolean;
  readonly kind: (typeof resourceKinds)[number];
  readonly resource: (typeof resourceNames)[number];
}

export const anyResource = { kind: fc.constantFrom(...resourceKinds), resource: fc.constantFrom(...resourceNames) };

const found = (w: World, { kind, resource }: ResourceAttempt) =>
  w.live.resource(organizationId('acme'), kind, resource);

export const resourceAttempts = {
  register: (w: World, tried: ResourceAttempt) =>
    (found(w, tried)?.registered ?? null) === null && w.resource(tried.kind, tried.resource, { in: tried.project }),
  removeResource: (w: World, tried: ResourceAttempt) => {
    const resource = found(w, tried);
    const isThere = resource !== undefined && resource.registered !== null;
    return isThere && w.resourceRemoved(tried.kind, tried.resource, { in: resource.projectId.slice('proj_'.length) });
  },
  /** A kind is given a UI or loses it: nobody is told of what else the table says. */
  reviseTable: (w: World, { kind, on }: ResourceAttempt) =>
    (w.live.support().get(kind)?.ui !== 'none') !== on && w.tableRevised({ [kind]: { ui: on ? true : null } }),
};
