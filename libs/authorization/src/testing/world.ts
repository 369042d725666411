import type { EventId, OrganizationId, Role, Timestamp, Visibility } from '#libs/kernel';
import type { ProjectEvent } from '#libs/projects/events';
import { KeyLives } from './keys.js';
import { eventIdAt } from './log.js';
import { accountId, digestOf, keyId, organizationId, projectId } from './names.js';
import type { Bare } from './people.js';

/**
 * A small world told in events, by names: `world().account('ann').organization('acme', { owner: 'ann' })`. Each call
 * appends what its command would have written and folds it at once. It checks no rule: it may tell of what no
 * command would do.
 */
export class World extends KeyLives {
  project(
    name: string,
    { in: organization, visibility = 'private' }: { readonly in: string; readonly visibility?: Visibility },
  ): this {
    const birth = { organizationId: organizationId(organization), name, slug: name.toLowerCase(), visibility };
    const data = { ...birth, createdBy: accountId('maker') };
    return this.happened('project', projectId(name), { type: 'ProjectCreated', data });
  }

  visibility(project: string, visibility: Visibility): this {
    return this.happened('project', projectId(project), { type: 'ProjectVisibilityChanged', data: { visibility } });
  }

  /** What befell a project: `knew('site', 'ProjectArchived')`. */
  knew(project: string, type: Bare<ProjectEvent>): this {
    return this.happened('project', projectId(project), { type, data: {} });
  }

  /** Both switches that let externals in (COL-16). */
  externalsWelcome(project: string): this {
    const id = this.live.project(projectId(project))?.organizationId ?? '';
    return this.happened('organization', id, { type: 'ExternalCollaboratorsBetaEnabled', data: {} }).knew(
      project,
      'ExternalCollaboratorsAllowed',
    );
  }

  /** A row for a member, standing on the membership they have now; and its promotion where they are to be an admin. */
  collaborator(project: string, person: string, role: Role = 'member'): this {
    this.rowOf(project, person, 'member');
    return role === 'member' ? this : this.collaboratorRole(project, person, role);
  }

  /** A row that is an admin's from the start: who founds a project (PRJ-12), or is promoted in the default one (AMB-07). */
  founder(project: string, person: string): this {
    return this.rowOf(project, person, 'admin');
  }

  external(project: string, person: string, role: Role = 'member'): this {
    const data = { ...this.row(project, person), role: 'member' as const, isDefaultProject: this.isDefault(project) };
    this.happened('collaborator', this.rowId(project, person), { type: 'ExternalCollaboratorAdded', data });
    return role === 'member' ? this : this.collaboratorRole(project, person, role);
  }

  /** A row that another account of theirs had (DEL-09). */
  rowTakenOver(project: string, person: string, role: Role): this {
    const data = { ...this.row(project, person), role };
    return this.live.membership(accountId(person))?.current?.organizationId === data.organizationId
      ? this.rowOf(project, person, role)
      : this.happened('collaborator', this.rowId(project, person), {
          type: 'ExternalCollaboratorAdded',
          data: { ...data, isDefaultProject: this.isDefault(project) },
        });
  }

  collaboratorRole(project: string, person: string, role: Role): this {
    const data = { ...this.row(project, person), role };
    return this.happened('collaborator', this.rowId(project, person), { type: 'CollaboratorRoleChanged', data });
  }

  collaboratorRemoved(project: string, person: string): this {
    const data = { ...this.row(project, person), endedBy: null };
    return this.happened('collaborator', this.rowId(project, person), { type: 'CollaboratorRemoved', data });
  }

  /** What is recorded of a row that an event had ended before. */
  rowEnded(project: string, person: string, endedBy: bigint): this {
    const data = { ...this.row(project, person), endedBy: eventIdAt(endedBy) };
    return this.happened('collaborator', this.rowId(project, person), { type: 'CollaboratorRemoved', data });
  }

  /** By the person themself. */
  projectJoined(project: string, person: string, role: Role = 'member'): this {
    const data = { ...this.row(project, person), role, membershipId: this.membershipOf(person) };
    return this.happened('collaborator', this.rowId(project, person), { type: 'ProjectJoined', data });
  }

  projectLeft(project: string, person: string): this {
    const data = this.row(project, person);
    return this.happened('collaborator', this.rowId(project, person), { type: 'ProjectLeft', data });
  }

  key(
    name: string,
    { in: project, expiresAt = null }: { readonly in: string; readonly expiresAt?: Timestamp | null },
  ): this {
    const scope = { organizationId: this.ownerOf(project), projectId: projectId(project), digest: digestOf(name) };
    const data = { ...scope, name, hint: 'writ_…', createdBy: accountId('maker'), expiresAt, replaces: null };
    return this.happened('apiKey', keyId(name), { type: 'KeyCreated', data });
  }

  /** Another end for a key; null cancels it. */
  keyExpires(name: string, expiresAt: Timestamp | null): this {
    const data = this.keyScope(name);
    return this.happened(
      'apiKey',
      keyId(name),
      expiresAt === null
        ? { type: 'KeyExpirationCanceled', data }
        : { type: 'KeyExpirationSet', data: { ...data, expiresAt } },
    );
  }

  keyRevoked(name: string): this {
    return this.happened('apiKey', keyId(name), { type: 'KeyRevoked', data: this.keyScope(name) });
  }

  private rowOf(project: string, person: string, role: Role): this {
    const data = { ...this.row(project, person), role, membershipId: this.membershipOf(person) };
    return this.happened('collaborator', this.rowId(project, person), { type: 'CollaboratorAdded', data });
  }

  private membershipOf(person: string): EventId {
    const membershipId = this.live.membership(accountId(person))?.current?.id;
    if (membershipId === undefined) throw new Error(`${person} is no member: tell of an external`);
    return membershipId;
  }

  private keyScope(name: string) {
    const key = this.live.key(keyId(name));
    if (key === undefined) throw new Error(`no key ${name} yet`);
    return { organizationId: key.organizationId, projectId: key.projectId, digest: key.digest };
  }

  private ownerOf(project: string): OrganizationId {
    const fact = this.live.project(projectId(project));
    if (fact === undefined) throw new Error(`no project ${project} yet`);
    return fact.organizationId;
  }

  private isDefault(project: string): boolean {
    return this.live.project(projectId(project))?.isDefault === true;
  }

  private row(project: string, person: string) {
    return { organizationId: this.ownerOf(project), projectId: projectId(project), accountId: accountId(person) };
  }

  private rowId(project: string, person: string): string {
    return `${projectId(project)}.${accountId(person)}`;
  }
}

export const world = (): World => new World();
