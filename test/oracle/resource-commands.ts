import { barredFromProject } from './barred.js';
import { type Op, type Past, SERVICE, type SupportRow, type Verdict, type Why } from './operations.js';
import { findProject } from './projects.js';
import { projectOfResource } from './resources.js';
import { supportTable } from './support.js';

type Registry = Op<'registerResource'> | Op<'removeResource'>;

/** Whoever may create or delete the thing may record that; the service that did it has been allowed to already. */
const barred = (past: Past, { by, project, kind }: Registry, verb: 'create' | 'delete'): Why | null =>
  by === SERVICE ? null : barredFromProject(past, by, `${kind}:${verb}`, project);

/** RES-01, RES-08: one of that kind and name in the organization. */
export const registerResource = (past: Past, operation: Op<'registerResource'>): Verdict => {
  const refused = barred(past, operation, 'create');
  if (refused !== null) return refused;
  const project = findProject(past, operation.project);
  if (project === null) return 'not-found';
  const there = projectOfResource(past, project.organization, operation.kind, operation.resource);
  // A service tells what is so, of an archived project too; a person can't use one.
  if (there === null) return 'done';
  return there === project.id ? 'unchanged' : 'conflict';
};

export const removeResource = (past: Past, operation: Op<'removeResource'>): Verdict => {
  const refused = barred(past, operation, 'delete');
  if (refused !== null) return refused;
  const project = findProject(past, operation.project);
  if (project === null) return 'not-found';
  const there = projectOfResource(past, project.organization, operation.kind, operation.resource);
  return there === project.id ? 'done' : 'not-found';
};

const isSame = (one: SupportRow, other: SupportRow): boolean =>
  one.kind === other.kind && one.key === other.key && one.ui === other.ui && one.listingScope === other.listingScope;

/** RES-04, AMB-38: the operator's. */
export const reviseSupportMatrix = (past: Past, { rows }: Op<'reviseSupportMatrix'>): Verdict => {
  const table = supportTable(past);
  const same = rows.length === table.length && rows.every((row) => table.some((each) => isSame(row, each)));
  return same ? 'unchanged' : 'done';
};
