import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { notFound, type OrganizationId, type ProjectId } from '#libs/kernel';
import { repeatable, specify } from '#libs/kernel/testing';
import { ResourceId, resourceStream } from './resource-id.js';
import { resource, type ResourceCommand } from './resource.decider.js';
import type { ResourceEvent } from './resource.events.js';

const given = specify(resource);

const [site, lab] = ['proj_site' as ProjectId, 'proj_lab' as ProjectId];
const thing = { organizationId: 'org_acme' as OrganizationId, kind: 'file', resourceId: 'a.txt' as ResourceId };

const register = (name?: string | null, projectId = site): ResourceCommand => ({
  type: 'RegisterResource',
  ...thing,
  projectId,
  name,
});
const remove = (projectId = site): ResourceCommand => ({ type: 'RemoveResource', projectId });

const registered = (name: string | null = null, projectId = site): ResourceEvent => ({
  type: 'ResourceRegistered',
  data: { ...thing, projectId, name },
});
const renamed = (name: string | null): ResourceEvent => ({
  type: 'ResourceRenamed',
  data: { ...thing, projectId: site, name },
});
const removed: ResourceEvent = { type: 'ResourceRemoved', data: { ...thing, projectId: site } };

describe('registering a resource', () => {
  it('RES-08: is recorded with its project', () => {
    given().when(register()).then(registered());
    given().when(register(null)).then(registered());
    given().when(register('notes')).then(registered('notes'));
  });
  it('again, with the name that it has or none, is no new event', () => {
    given(registered('notes')).when(register('notes')).changesNothing();
    given(registered('notes')).when(register()).changesNothing();
    given(registered()).when(register(null)).changesNothing();
    given(registered(), renamed('notes')).when(register('notes')).changesNothing();
  });
  it('again, with another name, renames it', () => {
    given(registered()).when(register('notes')).then(renamed('notes'));
    given(registered('notes')).when(register(null)).then(renamed(null));
  });
  it('RES-01: as another project’s is refused: it never moves', () => {
    given(registered()).when(register(undefined, lab)).refuses({ _tag: 'ResourceTaken' });
    given(registered(), renamed('notes')).when(register('notes', lab)).refuses({ _tag: 'ResourceTaken' });
  });
  it('once it was removed, is anybody’s of the organization', () =>
    given(registered(), removed).when(register(undefined, lab)).then(registered(null, lab)));
});

describe('removing a resource', () => {
  it('is recorded, with whose it was', () => {
    given(registered()).when(remove()).then(removed);
    given(registered(), renamed('notes')).when(remove()).then(removed);
  });
  it('that is not there, or another project’s, finds none', () => {
    given().when(remove()).refuses(notFound('resource'));
    given(registered(), removed).when(remove()).refuses(notFound('resource'));
    given(registered()).when(remove(lab)).refuses(notFound('resource'));
  });
});

const anyProject = fc.constantFrom(site, lab);
const anyName = fc.constantFrom(undefined, null, 'notes', 'more');
const anyCommand = fc.oneof(
  fc.tuple(anyName, anyProject).map(([name, projectId]) => register(name, projectId)),
  anyProject.map(remove),
);

it('may be retried at will', () => repeatable(resource, anyCommand));

describe('the id of a resource', () => {
  it('is 1 to 200 visible characters, whichever they are', () => {
    const good = ['a', 'a/b.txt', 'Größe', '🔑', '..', '%2F', 'x'.repeat(200)];
    expect(good.filter((id) => !ResourceId.is(id))).toEqual([]);
    expect(['', ' ', 'a b', 'a\n', '\u0000', '\ud800', 'x'.repeat(201)].filter(ResourceId.is)).toEqual([]);
  });

  it('has a stream of its own for each organization and kind, which tells no two apart wrongly', () => {
    const part = fc.constantFrom('a', 'b', 'a.b', 'a-b', '.', 'ä');
    fc.assert(
      fc.property(fc.tuple(part, part), fc.tuple(part, part), ([kind, id], [otherKind, otherId]) => {
        const plain = [kind, otherKind].every((each) => /^[a-z-]+$/u.test(each));
        fc.pre(plain);
        const isOne = resourceStream('org_a', kind, id) === resourceStream('org_a', otherKind, otherId);
        expect(isOne).toBe(kind === otherKind && id === otherId);
        expect(resourceStream('org_a', kind, id)).not.toBe(resourceStream('org_b', kind, id));
      }),
    );
  });
});
