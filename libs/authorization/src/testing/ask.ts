import { millisOf, type Timestamp } from '#libs/kernel';
import { decide } from '../domain/decide.js';
import type { Facts } from '../domain/facts.js';
import type { Decision, Moment, Question, Resource, Subject } from '../domain/question.js';
import { accountId, digestOf, organizationId, projectId } from './names.js';

/** Long after everything that a world tells of. */
export const now = '2026-06-01T00:00:00.000Z' as Timestamp;

export const user = (name: string): Subject => ({ type: 'user', id: accountId(name) });
export const credential = (name: string): Subject => ({ type: 'credential', digest: digestOf(name) });

export const inProject = (name: string): Resource => ({ type: 'project', id: projectId(name) });
export const inOrganization = (name: string): Resource => ({ type: 'organization', id: organizationId(name) });
/** A kind of resource, in that project; in the key's own where none is named. `id`: one of that kind. */
export const kind = (type: string, project?: string, id?: string): Resource => ({
  type,
  ...(project === undefined ? {} : { projectId: projectId(project) }),
  ...(id === undefined ? {} : { id }),
});

export type Asked = Pick<Question, 'action' | 'resource'> & Partial<Pick<Question, 'channel'>>;

/** A person asks in the UI and a key through the API, unless said. */
export const ask = (facts: Facts, subject: Subject, asked: Asked, moment: Partial<Moment> = {}): Decision =>
  decide(
    facts,
    { subject, channel: subject.type === 'user' ? 'ui' : 'api', ...asked },
    { now: millisOf(now), stale: false, ...moment },
  );
