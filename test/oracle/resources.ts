import type { Past } from './operations.js';
import { findProject } from './projects.js';

/** Of which project a resource is (RES-08), by its name: unique in its organization and kind. `null` while nobody has registered it. */
export const projectOfResource = (past: Past, organization: string, kind: string, resource: string): string | null => {
  let project: string | null = null;
  for (const done of past) {
    if (done.type !== 'registerResource' && done.type !== 'removeResource') continue;
    if (done.kind !== kind || done.resource !== resource) continue;
    if (findProject(past, done.project)?.organization !== organization) continue;
    project = done.type === 'registerResource' ? done.project : null;
  }
  return project;
};
