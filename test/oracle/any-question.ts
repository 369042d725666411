import fc from 'fast-check';
import { anyAccount, anyKey, anyOrganization, anyProject, anyRegisteredKind, anyResource, anySecret } from './cast.js';
import { kindActions, kindOf, kinds, organizationActions, projectActions } from './permissions.js';
import type { Channel, Question, Resource, Subject } from './questions.js';

const a = fc.constant;

const anySubject: fc.Arbitrary<Subject> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ type: a('user' as const), id: anyAccount }) },
  { weight: 2, arbitrary: fc.record({ type: a('credential' as const), id: anySecret }) },
  { weight: 1, arbitrary: fc.record({ type: a('api_key' as const), id: anyKey }) },
);

const anyChannel = fc.constantFrom<Channel[]>('api', 'api', 'ui', 'playground');

interface Topic {
  readonly action: string;
  readonly resource: Resource;
}

const theOrganization: fc.Arbitrary<Resource> = fc.record({ type: a('organization'), id: anyOrganization });
const theProject: fc.Arbitrary<Resource> = fc.record({ type: a('project'), id: anyProject });
/** A resource by its name, registered or not, by itself or beside a project that may be another's. */
const withId = (kind: fc.Arbitrary<string>): fc.Arbitrary<Resource> =>
  fc.record({ type: kind, id: anyResource, projectId: anyProject }, { requiredKeys: ['type', 'id'] });
const thingOf = (kind: string): fc.Arbitrary<Resource> =>
  fc.oneof(
    { weight: 5, arbitrary: fc.record({ type: a(kind), projectId: anyProject }) },
    { weight: 1, arbitrary: fc.record({ type: a(kind) }) },
    { weight: 1, arbitrary: withId(a(kind)) },
  );

/** Actions that never were, and some that a careless look-up would find. */
const oddActions = [
  'file:explode',
  'castle:read',
  'project:delete',
  'instant-cluster:list',
  'constructor:name',
  'file',
];
const oddTypes = ['castle', 'collaborator', 'constructor', '__proto__'];

const anyAction = fc.constantFrom(...organizationActions, ...projectActions, ...kindActions, ...oddActions);
const anyThing = fc.oneof(
  theOrganization,
  theProject,
  fc.constantFrom('api-key', ...kinds, ...oddTypes).chain(thingOf),
);

const anyTopic: fc.Arbitrary<Topic> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({ action: fc.constantFrom(...organizationActions), resource: theOrganization }),
  },
  { weight: 8, arbitrary: fc.record({ action: fc.constantFrom(...projectActions), resource: theProject }) },
  { weight: 4, arbitrary: fc.record({ action: fc.constantFrom(...kindActions), resource: theProject }) },
  {
    weight: 8,
    arbitrary: fc
      .constantFrom(...kindActions, ...projectActions.filter((action) => kindOf(action) === 'api-key'))
      .chain((action) => fc.record({ action: a(action), resource: thingOf(kindOf(action)) })),
  },
  {
    weight: 8,
    arbitrary: withId(anyRegisteredKind).chain((resource) =>
      fc.record({
        action: fc.constantFrom(...kindActions.filter((each) => kindOf(each) === resource.type)),
        resource: a(resource),
      }),
    ),
  },
  { weight: 2, arbitrary: fc.record({ action: anyAction, resource: anyThing }) },
);

/** Mostly a good question about the cast; now and then an unknown id, an unknown action or one that goes with nothing. */
export const anyQuestion: fc.Arbitrary<Question> = fc
  .tuple(anySubject, anyTopic, anyChannel)
  .map(([subject, { action, resource }, channel]) => ({
    subject: { ...subject },
    action,
    resource: { ...resource },
    channel,
  }));
