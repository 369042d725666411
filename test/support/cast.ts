import type { Answer, Client } from './client.js';

export interface Named {
  readonly id: string;
}

export interface Cast {
  readonly owner: string;
  readonly member: string;
  readonly organization: string;
  readonly defaultProject: string;
}

let serial = 0;

/** What someone signs up with, of a name nobody else has. */
export const newcomer = (name: string) => {
  serial += 1;
  const unique = `${name}-${String(serial)}`;
  return { email: `${unique}@example.com`, provider: 'google', subject: unique, name };
};

/** An account of a name nobody else has. */
export const person = async (client: Client, name: string): Promise<string> =>
  (await client.made<Named>('/v1/accounts', newcomer(name))).id;

const founded = async (client: Client, features: object): Promise<Omit<Cast, 'member'>> => {
  const owner = await person(client, 'owner');
  const { id: organization, defaultProjectId: defaultProject } = await client.made<
    Named & { readonly defaultProjectId: string }
  >('/v1/organizations', { name: 'Acme' }, { as: owner });
  const body = { multiProject: true, externalCollaborators: true, ...features };
  await client.ask('PUT', `/v1/organizations/${organization}/features`, { body });
  return { owner, organization, defaultProject };
};

export const selectMethod = (client: Client, organization: string, method: 'invitation' | 'sso') =>
  client.ask('PUT', `/v1/organizations/${organization}/membership-method`, { body: { method } });

/** An organization that takes its members by SSO and may have projects, with an owner and a plain member. */
export const cast = async (client: Client): Promise<Cast> => {
  const founder = await founded(client, {});
  await selectMethod(client, founder.organization, 'sso');
  const all = { ...founder, member: '' };
  return { ...all, member: await colleague(client, all, 'member') };
};

/** The same of an organization that takes its members by invitation. */
export const castByInvitation = async (client: Client): Promise<Cast> => {
  const all = { ...(await founded(client, { invitations: true })), member: '' };
  return { ...all, member: await invitee(client, all, 'member') };
};

export interface Invited extends Named {
  readonly email: string;
  readonly status: string;
  readonly token: string;
  readonly expiresAt: string;
}

/** An invitation, and what its answer says once: the token. */
export const invite = (
  client: Client,
  { owner, organization }: Pick<Cast, 'owner' | 'organization'>,
  email: string,
): Promise<Invited> => client.made<Invited>(`/v1/organizations/${organization}/invitations`, { email }, { as: owner });

/** One more plain member of an organization that invites them. */
export const invitee = async (client: Client, into: Cast, name: string): Promise<string> => {
  const id = await person(client, name);
  const { token } = await invite(client, into, await emailOf(client, id));
  await client.made('/v1/invitations/accept', { token }, { as: id });
  return id;
};

/** One more plain member of the organization. */
export const colleague = async (client: Client, { organization }: Cast, name: string): Promise<string> => {
  const id = await person(client, name);
  await client.made(`/v1/organizations/${organization}/members`, { accountId: id });
  return id;
};

export const project = async (client: Client, { owner, organization }: Cast, name: string): Promise<string> =>
  (await client.made<Named>(`/v1/organizations/${organization}/projects`, { name }, { as: owner })).id;

export const emailOf = async (client: Client, accountId: string): Promise<string> =>
  (await client.get<{ readonly email: string }>(`/v1/accounts/${accountId}`)).body.email;

/** Adds a person, found by their email, to a project. */
export const collaborate = async <Body = Record<string, never>>(
  client: Client,
  projectId: string,
  { by, accountId }: { readonly by: string; readonly accountId: string },
): Promise<Answer<Body>> =>
  client.post<Body>(`/v1/projects/${projectId}/collaborators`, { email: await emailOf(client, accountId) }, { as: by });

export interface MadeKey extends Named {
  readonly secret: string;
}

/** A project key, made by a person. */
export const makeKey = (
  client: Client,
  projectId: string,
  as: string,
  body: { readonly name?: string; readonly expiresAt?: string | null } = {},
): Promise<MadeKey> => client.made<MadeKey>(`/v1/projects/${projectId}/api-keys`, { name: 'ci', ...body }, { as });

/** A service token of these scopes; its secret. */
export const serviceToken = async (
  client: Client,
  scopes: ReadonlyArray<string>,
  organizationIds?: ReadonlyArray<string>,
): Promise<string> =>
  (
    await client.made<{ readonly token: string }>('/v1/service-tokens', {
      name: `of ${scopes.join(' and ')}`,
      scopes,
      ...(organizationIds === undefined ? {} : { organizationIds }),
    })
  ).token;
