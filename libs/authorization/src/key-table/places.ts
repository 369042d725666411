import type { OrganizationId, ProjectId } from '#libs/kernel';
import type { ProjectFact } from '../domain/facts.js';

/**
 * The projects, numbered: a key has room for a number. A project's organization follows from it; an event that named it with another one would
 * make a place of its own.
 */
export class Places {
  private readonly numbers = new Map<string, number>();
  private readonly projectIds: ProjectId[] = [];
  private readonly organizationIds: OrganizationId[] = [];
  private readonly facts: Array<ProjectFact | undefined> = [];

  get size(): number {
    return this.numbers.size;
  }

  get(projectId: string): ProjectFact | undefined {
    const number = this.numbers.get(projectId);
    return number === undefined ? undefined : this.facts[number];
  }

  set(projectId: string, fact: ProjectFact): void {
    const number = this.numbers.get(projectId) ?? this.add(projectId, fact.organizationId, projectId as ProjectId);
    this.facts[number] = fact;
  }

  *[Symbol.iterator](): Generator<readonly [projectId: string, fact: ProjectFact]> {
    for (const [id, number] of this.numbers) {
      const fact = this.facts[number];
      if (fact !== undefined) yield [id, fact];
    }
  }

  numberOf(organizationId: OrganizationId, projectId: ProjectId): number {
    const known = this.numbers.get(projectId);
    if (known === undefined) return this.add(projectId, organizationId, projectId);
    if (this.organizationIds[known] === organizationId) return known;
    const both = `${organizationId} ${projectId}`;
    return this.numbers.get(both) ?? this.add(both, organizationId, projectId);
  }

  organizationOf(place: number): OrganizationId {
    return this.organizationIds[place] ?? ('' as OrganizationId);
  }

  projectOf(place: number): ProjectId {
    return this.projectIds[place] ?? ('' as ProjectId);
  }

  private add(name: string, organizationId: OrganizationId, projectId: ProjectId): number {
    const number = this.projectIds.length;
    this.numbers.set(name, number);
    this.projectIds.push(projectId);
    this.organizationIds.push(organizationId);
    this.facts.push(undefined);
    return number;
  }
}
