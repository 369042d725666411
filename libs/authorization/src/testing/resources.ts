import type { ResourceId, SupportRow } from '#libs/resources/events';
import { resourceStream, THE_TABLE } from '#libs/resources/events';
import { projectId } from './names.js';
import { People } from './people.js';

export const resourceId = (name: string) => name as ResourceId;

/** What services registered, and the support table, told in events. */
export class Registry extends People {
  resource(kind: string, name: string, { in: project }: { readonly in: string }): this {
    return this.happenedTo('ResourceRegistered', { kind, name, project });
  }

  /** Another name, which no decision asks for. */
  resourceRenamed(kind: string, name: string, { in: project }: { readonly in: string }): this {
    return this.happenedTo('ResourceRenamed', { kind, name, project });
  }

  resourceRemoved(kind: string, name: string, { in: project }: { readonly in: string }): this {
    return this.happenedTo('ResourceRemoved', { kind, name, project });
  }

  /** The whole table, with another row for each of these kinds: `tableRevised({ file: { ui: true } })`. */
  tableRevised(changes: Readonly<Record<string, Partial<Omit<SupportRow, 'kind'>>>>): this {
    const rows = [...this.live.support()].map(([kind, { key, ui, listing }]): SupportRow => ({
      kind,
      key,
      ui: ui === 'none' ? null : ui,
      listingScope: listing,
      ...changes[kind],
    }));
    return this.happened('supportMatrix', THE_TABLE, { type: 'SupportMatrixRevised', data: { rows } });
  }

  private happenedTo(
    type: 'ResourceRegistered' | 'ResourceRenamed' | 'ResourceRemoved',
    { kind, name, project }: { readonly kind: string; readonly name: string; readonly project: string },
  ): this {
    const organizationId = this.live.project(projectId(project))?.organizationId;
    if (organizationId === undefined) throw new Error(`no project ${project} yet`);
    const data = { organizationId, projectId: projectId(project), kind, resourceId: resourceId(name) };
    return this.happened(
      'resource',
      resourceStream(organizationId, kind, name),
      type === 'ResourceRemoved' ? { type, data } : { type, data: { ...data, name: null } },
    );
  }
}
