import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { AccountId, OrganizationId, ProjectId } from '#libs/kernel';
import { repeatable, specify } from '#libs/kernel/testing';
import type { SlugEvent } from './project.events.js';
import type { Reservation } from './reservation.js';
import { type ClaimSlug, type ReserveSlug, slug, slugFrom } from './slug.decider.js';

const given = specify(slug);
const [site, shop] = ['proj_site', 'proj_shop'] as [ProjectId, ProjectId];

const reservation = (projectId: ProjectId): Reservation => ({
  projectId,
  organizationId: 'org_acme' as OrganizationId,
  name: 'Site',
  visibility: 'private',
  createdBy: 'user_ann' as AccountId,
  isDefault: false,
});
const reserve = (projectId: ProjectId): ReserveSlug => ({ type: 'ReserveSlug', reservation: reservation(projectId) });
const reserved = (projectId: ProjectId): SlugEvent => ({ type: 'SlugReserved', data: reservation(projectId) });

describe('reserving a slug', () => {
  it('PRJ-17: is recorded with all that is needed to finish the project', () =>
    given().when(reserve(site)).then(reserved(site)));
  it('PRJ-17: a second project cannot have it', () =>
    given(reserved(site)).when(reserve(shop)).refuses({ _tag: 'SlugTaken' }));
  it('again for the same project is no new event', () => given(reserved(site)).when(reserve(site)).changesNothing());
});

describe('claiming a slug', () => {
  const claim = (projectId: ProjectId): ClaimSlug => ({ type: 'ClaimSlug', projectId });
  const claimed = (projectId: ProjectId): SlugEvent => ({ type: 'SlugClaimed', data: { projectId } });

  it('PRJ-18: is recorded', () => given().when(claim(site)).then(claimed(site)));
  it('PRJ-18: a project takes its own old one back, whether it was made or claimed', () => {
    given(reserved(site)).when(claim(site)).changesNothing();
    given(claimed(site)).when(claim(site)).changesNothing();
  });
  it('PRJ-17, PRJ-18: another project never has it, neither by a change nor at its making', () => {
    given(reserved(site)).when(claim(shop)).refuses({ _tag: 'SlugTaken' });
    given(claimed(site)).when(claim(shop)).refuses({ _tag: 'SlugTaken' });
    given(claimed(site)).when(reserve(shop)).refuses({ _tag: 'SlugTaken' });
  });
});

const anyone = fc.constantFrom(site, shop);

it('may be retried at will', () =>
  repeatable(
    slug,
    fc.oneof(
      anyone.map(reserve),
      anyone.map((projectId): ClaimSlug => ({ type: 'ClaimSlug', projectId })),
    ),
  ));

describe('a slug made from a name', () => {
  const shape = /^[a-z0-9][a-z0-9-]{1,62}$/u;

  it.each([
    ['Site', 'site'],
    ['My  Project!', 'my-project'],
    ['Über Größe 2', 'uber-gro-e-2'],
    ['--a--b--', 'a-b'],
    ['x', 'project-x'],
    ['計画', 'project'],
    ['', 'project'],
  ])('of %j is %s', (name, made) => expect(slugFrom(name)).toBe(made));

  it('of any name at all is a slug', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (name) => shape.test(slugFrom(name))));
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('a', '-', ' ', 'é'), maxLength: 200 }), (name) =>
        shape.test(slugFrom(name)),
      ),
    );
  });

  it('leaves room for what keeps two of one name apart', () =>
    expect(slugFrom('a'.repeat(100)).length).toBeLessThanOrEqual(48));
});
