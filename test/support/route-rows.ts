import { kinds } from '#libs/authorization';
import {
  type Cast,
  cast,
  collaborate,
  colleague,
  type Invited,
  invite,
  makeKey,
  person,
  project,
  selectMethod,
} from './cast.js';
import type { Client } from './client.js';

/** A tenant with one of everything. `member` is in the project, `fellow` in the organization alone. */
export interface Tenant extends Cast {
  readonly fellow: string;
  readonly external: string;
  readonly project: string;
  readonly key: { readonly id: string; readonly secret: string };
  /** Sent to somebody who is none of these. */
  readonly invitation: Invited;
}

/** Lets the organization take its members by invitation while this is done. */
export const byInvitation = async <A>(client: Client, organization: string, done: () => Promise<A>): Promise<A> => {
  await client.ask('PUT', `/v1/organizations/${organization}/features`, { body: { invitations: true } });
  await selectMethod(client, organization, 'invitation');
  try {
    return await done();
  } finally {
    await selectMethod(client, organization, 'sso');
  }
};

export const tenant = async (client: Client): Promise<Tenant> => {
  const everyone = await cast(client);
  const { owner: by, member } = everyone;
  const fellow = await colleague(client, everyone, 'fellow');
  const external = await person(client, 'external');
  const id = await project(client, everyone, 'Alpha');
  await client.ask('PATCH', `/v1/projects/${id}`, { as: by, body: { allowExternalCollaborators: true } });
  for (const accountId of [member, external]) await collaborate(client, id, { by, accountId });
  const invitation = await byInvitation(client, everyone.organization, () =>
    invite(client, everyone, `invited-to-${everyone.organization}@example.com`),
  );
  return { ...everyone, fellow, external, project: id, key: await makeKey(client, id, by), invitation };
};

/** People of a tenant, and one who is nobody there. */
export type Role = 'owner' | 'member' | 'fellow' | 'external' | 'stranger';

/** Who a route is for, apart from what the matrix then says. `reader`: a person, or the operator. */
export type For =
  | 'anyone'
  | 'key'
  | 'proxy'
  | 'operator'
  | 'decisions'
  | 'identity'
  | 'audit'
  | 'person'
  | 'reader'
  /** Each for something else: the row is about what is a person's. */
  | 'person or operator'
  | 'person or identity'
  | 'person or audit'
  | 'person or resources';

export interface Row {
  readonly for: For;
  /** What it answers to whoever may. */
  readonly ok: number;
  /** What the people of the tenant get, where it is for people. Of another tenant: `404`, unless it names none. */
  readonly people?: Readonly<Record<Role, number>>;
  readonly body?: unknown;
  /** In place of the ids in the route, what `:name` stands for; fresh where the answer is to be a success. */
  readonly target?: (client: Client, tenant: Tenant) => Promise<Readonly<Record<string, string>>>;
  /** Whom a fresh one is asked by, where who asks matters only once. */
  readonly once?: true;
  /** Of another tenant it is not found, also by a token that is to see nothing of that one. */
  readonly ofOneTenant?: true;
  /** The account in the route is the caller's own. */
  readonly self?: true;
  /** Not for a service token, whomever it acts for. */
  readonly neverByService?: true;
  /** The organization takes its members by invitation meanwhile. */
  readonly byInvitation?: true;
  readonly query?: (tenant: Tenant) => string;
  /** Of the body; JSON where it is left out. */
  readonly type?: string;
}

const people = (owner: number, member: number, fellow: number, external: number, stranger = 404) => ({
  owner,
  member,
  fellow,
  external,
  stranger,
});
const all = (status: number) => people(status, status, status, status, status);
const ofOrganization = (ok: number) => people(ok, 403, 403, 404);
const readInOrganization = people(200, 200, 200, 404);
const ofProjectAdmin = (ok: number) => people(ok, 403, 404, 403);
const ofProject = (ok: number) => people(ok, ok, 404, ok);

const newMember = async (client: Client, into: Tenant) => ({ accountId: await colleague(client, into, 'target') });
const newAccount = async (client: Client) => ({ accountId: await person(client, 'target') });
const newProject = async (client: Client, into: Tenant) => ({ projectId: await project(client, into, 'Target') });
const newKey = async (client: Client, { project: id, owner }: Tenant) => ({
  keyId: (await makeKey(client, id, owner)).id,
});
const newCollaborator = async (client: Client, into: Tenant) => {
  const { accountId } = await newMember(client, into);
  await collaborate(client, into.project, { by: into.owner, accountId });
  return { accountId };
};
const newOrganization = async (client: Client) => {
  const { organization, member } = await cast(client);
  return { organizationId: organization, accountId: member };
};
/** In which nobody has a row. */
const openProject = async (client: Client, into: Tenant) => {
  const { projectId } = await newProject(client, into);
  await client.ask('PATCH', `/v1/projects/${projectId}`, { as: into.owner, body: { visibility: 'open' } });
  await client.made(`/v1/projects/${projectId}/leave`, undefined, { as: into.owner });
  return { projectId };
};
/** In which everybody has a row who is in the tenant's project. */
const sharedProject = async (client: Client, into: Tenant) => {
  const { projectId } = await newProject(client, into);
  const { owner: by, member, external } = into;
  await client.ask('PATCH', `/v1/projects/${projectId}`, { as: by, body: { allowExternalCollaborators: true } });
  for (const accountId of [member, external]) await collaborate(client, projectId, { by, accountId });
  return { projectId };
};
let serial = 0;
/** One that is registered already. */
const newResource = async (client: Client, { project: id }: Tenant) => {
  serial += 1;
  const resourceId = `resource-${String(serial)}`;
  await client.ask('PUT', `/v1/projects/${id}/resources/file/${resourceId}`);
  return { resourceId };
};
/** The tenant's own, issued where it is not yet: an organization has one at most. */
const legacyKey = async (client: Client, { organization: id }: Tenant) => {
  await client.post(`/v1/organizations/${id}/legacy-key`);
  return {};
};
const newServiceToken = async (client: Client) => ({
  serviceTokenId: (
    await client.made<{ readonly id: string }>('/v1/service-tokens', { name: 'target', scopes: ['audit'] })
  ).id,
});

/** The whole support table. */
export const supportRows = [...kinds].map((kind) => ({ kind, key: true, ui: false }));

/** The same each time, as there are few. */
const pepper = { secret: 'a pepper of some length' };
const newPepper = async (client: Client) => {
  await client.ask('PUT', '/v1/imports/peppers/kept', { body: pepper });
  return { name: 'kept' };
};

const organization = '/v1/organizations/:organizationId';
const oneProject = '/v1/projects/:projectId';
const collaborators = `${oneProject}/collaborators`;
const resources = `${oneProject}/resources`;

/** What each route answers to whom, from the contract. A route without a row has not been thought about. */
export const rows: Readonly<Record<string, Row>> = {
  'GET /healthz': { for: 'anyone', ok: 200 },
  'GET /readyz': { for: 'anyone', ok: 200 },
  'GET /metrics': { for: 'anyone', ok: 200 },
  'GET /openapi.json': { for: 'anyone', ok: 200 },
  'GET /docs': { for: 'anyone', ok: 200 },
  'GET /v1/whoami': { for: 'key', ok: 200 },
  'GET /v1/forward-auth': { for: 'proxy', ok: 200 },
  'POST /v1/authorize': {
    for: 'decisions',
    ok: 200,
    body: { credential: 'x', action: 'file:read', resource: { type: 'file' } },
  },
  'GET /v1/audit/export': {
    for: 'person or audit',
    ok: 200,
    people: people(200, 403, 403, 404),
    query: ({ organization: id }) => `?organizationId=${id}`,
  },
  'GET /v1/audit/events': {
    for: 'person or audit',
    ok: 200,
    people: people(200, 403, 403, 404),
    query: ({ organization: id }) => `?organizationId=${id}`,
  },

  'GET /v1/rebuild-check': { for: 'operator', ok: 200 },
  'POST /v1/rebuild-check': { for: 'operator', ok: 200 },
  'POST /v1/audit/evaluation': { for: 'person or audit', ok: 200, people: ofProjectAdmin(200), body: 'evaluation' },
  'POST /v1/audit/explain': { for: 'person or audit', ok: 200, people: ofProjectAdmin(200), body: 'evaluation' },
  'GET /v1/audit/exposure': {
    for: 'person or audit',
    ok: 200,
    people: ofProjectAdmin(200),
    query: ({ key: { id } }) => `?apiKeyId=${id}`,
    ofOneTenant: true,
  },
  'POST /v1/audit/exposure': { for: 'audit', ok: 200, body: 'leaked secret', ofOneTenant: true },
  'POST /v1/audit/what-if': { for: 'person or audit', ok: 200, people: ofProjectAdmin(200), body: 'what-if' },
  'GET /v1/audit/access': {
    for: 'person or audit',
    ok: 200,
    people: ofProjectAdmin(200),
    ofOneTenant: true,
    query: ({ project: id }) => `?projectId=${id}`,
  },
  'GET /v1/audit/access-history': {
    for: 'person or audit',
    ok: 200,
    people: ofProjectAdmin(200),
    ofOneTenant: true,
    query: ({ project: id, member }) => `?projectId=${id}&accountId=${member}`,
  },
  'GET /v1/audit/access-review': {
    for: 'person or audit',
    ok: 200,
    people: ofProjectAdmin(200),
    ofOneTenant: true,
    query: ({ project: id }) => `?projectId=${id}&from=2026-01-01T00:00:00Z`,
  },

  'POST /v1/accounts': { for: 'identity', ok: 201, body: 'account' },
  'GET /v1/accounts': { for: 'identity', ok: 200 },
  'GET /v1/accounts/:accountId': { for: 'identity', ok: 200 },
  // nobody deletes anybody else, and the owner of an organization not themself (ORG-04)
  'DELETE /v1/accounts/:accountId': {
    for: 'person',
    ok: 204,
    people: people(409, 204, 204, 204, 204),
    once: true,
    self: true,
    neverByService: true,
  },
  'POST /v1/accounts/:accountId/transfer': { for: 'operator', ok: 201, body: 'account', target: newAccount },
  'POST /v1/sign-ins': { for: 'identity', ok: 200, body: 'sign-in' },
  'GET /v1/me': { for: 'person', ok: 200, people: all(200) },
  'POST /v1/accounts/:accountId/block': { for: 'operator', ok: 200, target: newAccount },
  'POST /v1/accounts/:accountId/unblock': { for: 'operator', ok: 200, target: newAccount },

  'POST /v1/service-tokens': { for: 'operator', ok: 201, body: { name: 'more', scopes: ['audit'] } },
  'GET /v1/service-tokens': { for: 'operator', ok: 200 },
  'GET /v1/service-tokens/:serviceTokenId': { for: 'operator', ok: 200, target: newServiceToken },
  'DELETE /v1/service-tokens/:serviceTokenId': { for: 'operator', ok: 204, target: newServiceToken },

  // whoever has a home organization can't found another: that is a conflict, not a want of permission
  'POST /v1/organizations': {
    for: 'person',
    ok: 201,
    people: people(409, 409, 409, 201, 201),
    body: { name: 'New' },
    once: true,
  },
  'GET /v1/organizations': { for: 'reader', ok: 200, people: all(200) },
  [`GET ${organization}`]: { for: 'reader', ok: 200, people: readInOrganization },
  [`PATCH ${organization}`]: { for: 'person', ok: 200, people: ofOrganization(200), body: { name: 'Renamed' } },
  [`PUT ${organization}/features`]: { for: 'operator', ok: 200, body: { invitations: false } },
  [`PUT ${organization}/membership-method`]: { for: 'operator', ok: 200, body: { method: 'sso' } },
  [`POST ${organization}/suspend`]: { for: 'operator', ok: 200, target: newOrganization },
  [`POST ${organization}/resume`]: { for: 'operator', ok: 200, target: newOrganization },

  [`POST ${organization}/transfer-ownership`]: {
    for: 'operator',
    ok: 200,
    body: 'new owner',
    target: newOrganization,
  },

  [`POST ${organization}/invitations`]: {
    for: 'person',
    ok: 201,
    people: ofOrganization(201),
    body: { email: 'someone@example.com' },
    byInvitation: true,
  },
  [`GET ${organization}/invitations`]: { for: 'reader', ok: 200, people: ofOrganization(200) },
  [`GET ${organization}/invitations/:invitationId`]: { for: 'reader', ok: 200, people: ofOrganization(200) },
  [`DELETE ${organization}/invitations/:invitationId`]: { for: 'person', ok: 204, people: ofOrganization(204) },
  // of somebody else's address to whoever is at home here
  'POST /v1/invitations/accept': {
    for: 'person',
    ok: 200,
    people: people(403, 403, 403, 200, 200),
    body: 'acceptance',
    once: true,
    byInvitation: true,
  },

  [`POST ${organization}/members`]: { for: 'identity', ok: 201, body: 'member' },
  [`GET ${organization}/members`]: { for: 'reader', ok: 200, people: readInOrganization },
  [`GET ${organization}/members/:accountId`]: { for: 'reader', ok: 200, people: readInOrganization },
  [`PATCH ${organization}/members/:accountId`]: {
    for: 'person',
    ok: 200,
    people: ofOrganization(200),
    body: { role: 'admin' },
    target: newMember,
  },
  [`DELETE ${organization}/members/:accountId`]: {
    for: 'person or identity',
    ok: 204,
    people: ofOrganization(204),
    target: newMember,
  },

  [`POST ${organization}/projects`]: { for: 'person', ok: 201, people: ofOrganization(201), body: { name: 'New' } },
  // an external finds there what they are in
  [`GET ${organization}/projects`]: { for: 'reader', ok: 200, people: people(200, 200, 200, 200) },
  [`GET ${oneProject}`]: { for: 'reader', ok: 200, people: ofProject(200) },
  [`PATCH ${oneProject}`]: { for: 'person', ok: 200, people: ofProjectAdmin(200), body: { name: 'Renamed' } },
  [`POST ${oneProject}/archive`]: { for: 'person', ok: 200, people: ofProjectAdmin(200), target: newProject },
  [`POST ${oneProject}/unarchive`]: { for: 'person', ok: 200, people: ofProjectAdmin(200), target: newProject },

  [`POST ${oneProject}/join`]: {
    for: 'person',
    ok: 200,
    people: people(200, 200, 200, 403),
    target: openProject,
  },
  [`POST ${oneProject}/leave`]: { for: 'person', ok: 200, people: ofProject(200), target: sharedProject },
  [`GET ${oneProject}/my-permissions`]: { for: 'person', ok: 200, people: ofProject(200) },

  [`POST ${collaborators}`]: { for: 'person', ok: 201, people: ofProjectAdmin(201), body: 'collaborator' },
  [`GET ${collaborators}`]: { for: 'reader', ok: 200, people: ofProject(200) },
  [`GET ${collaborators}/:accountId`]: { for: 'reader', ok: 200, people: ofProject(200) },
  [`PATCH ${collaborators}/:accountId`]: {
    for: 'person',
    ok: 200,
    people: ofProjectAdmin(200),
    body: { role: 'admin' },
    target: newCollaborator,
  },
  [`DELETE ${collaborators}/:accountId`]: {
    for: 'person',
    ok: 204,
    people: ofProjectAdmin(204),
    target: newCollaborator,
  },

  [`POST ${oneProject}/api-keys`]: { for: 'person', ok: 201, people: ofProject(201), body: { name: 'more' } },
  [`GET ${oneProject}/api-keys`]: { for: 'reader', ok: 200, people: ofProject(200) },
  'GET /v1/api-keys/:keyId': { for: 'reader', ok: 200, people: ofProject(200) },
  'PATCH /v1/api-keys/:keyId': { for: 'person', ok: 200, people: ofProject(200), body: { name: 'renamed' } },
  'DELETE /v1/api-keys/:keyId': { for: 'person', ok: 204, people: ofProject(204), target: newKey },
  'POST /v1/api-keys/:keyId/rotate': { for: 'person', ok: 201, people: ofProject(201), target: newKey },
  // By their secrets it is for the operator alone: many-revoked.e2e.
  'POST /v1/api-keys/revoke': {
    for: 'person or operator',
    ok: 200,
    people: ofProject(200),
    body: 'keys of a project',
    target: sharedProject,
  },
  [`POST ${organization}/legacy-key`]: { for: 'operator', ok: 201, target: newOrganization },
  [`GET ${organization}/legacy-key`]: { for: 'reader', ok: 200, people: ofOrganization(200), target: legacyKey },
  [`POST ${organization}/legacy-key/regenerate`]: {
    for: 'person',
    ok: 200,
    people: ofOrganization(200),
    target: legacyKey,
    neverByService: true,
  },
  [`POST ${organization}/legacy-key/reveal`]: {
    for: 'person',
    ok: 200,
    people: ofOrganization(200),
    target: legacyKey,
    neverByService: true,
  },
  'GET /v1/api-keys/:keyId/last-use': { for: 'reader', ok: 200, people: ofProject(200) },
  [`GET ${oneProject}/api-key-report`]: {
    for: 'reader',
    ok: 200,
    people: ofProject(200),
    query: () => '?about=maker-gone',
  },
  [`GET ${organization}/api-key-report`]: {
    for: 'reader',
    ok: 200,
    people: ofOrganization(200),
    query: () => '?about=maker-gone',
  },
  [`GET ${organization}/legacy-key/last-use`]: {
    for: 'reader',
    ok: 200,
    people: ofOrganization(200),
    target: legacyKey,
  },

  [`GET ${resources}`]: { for: 'person or resources', ok: 200, people: ofProject(200) },
  [`GET ${resources}/:kind`]: { for: 'person or resources', ok: 200, people: ofProject(200) },
  [`GET ${resources}/:kind/:resourceId`]: {
    for: 'person or resources',
    ok: 200,
    people: ofProject(200),
    target: newResource,
  },
  [`PUT ${resources}/:kind/:resourceId`]: {
    for: 'person or resources',
    ok: 200,
    people: ofProject(200),
    body: { name: 'Resource' },
    target: newResource,
  },
  [`DELETE ${resources}/:kind/:resourceId`]: {
    for: 'person or resources',
    ok: 204,
    people: ofProject(204),
    target: newResource,
  },

  'POST /v1/imports/api-keys': { for: 'operator', ok: 200, body: '{}', type: 'application/x-ndjson' },
  'GET /v1/imports/peppers': { for: 'operator', ok: 200 },
  'GET /v1/imports/peppers/:name': { for: 'operator', ok: 200, target: newPepper },
  'PUT /v1/imports/peppers/:name': { for: 'operator', ok: 200, body: pepper, target: newPepper },

  'GET /v1/backup': { for: 'operator', ok: 200 },

  'GET /v1/support-matrix': { for: 'reader', ok: 200, people: all(200) },
  'PUT /v1/support-matrix': { for: 'operator', ok: 200, body: { rows: supportRows } },
};
