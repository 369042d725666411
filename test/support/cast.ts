import type { Client } from './client.js';

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

/** An account of a name nobody else has. */
export const person = async (client: Client, name: string): Promise<string> => {
  serial += 1;
  const unique = `${name}-${String(serial)}`;
  const body = { email: `${unique}@example.com`, provider: 'google', subject: unique, name };
  return (await client.made<Named>('/v1/accounts', body)).id;
};

/** An organization that takes its members by SSO and may have projects, with an owner and a plain member. */
export const cast = async (client: Client): Promise<Cast> => {
  const owner = await person(client, 'owner');
  const member = await person(client, 'member');
  const { id: organization, defaultProjectId: defaultProject } = await client.made<
    Named & { readonly defaultProjectId: string }
  >('/v1/organizations', { name: 'Acme' }, { as: owner });
  const path = `/v1/organizations/${organization}`;
  await client.ask('PUT', `${path}/features`, { body: { multiProject: true, externalCollaborators: true } });
  await client.ask('PUT', `${path}/membership-method`, { body: { method: 'sso' } });
  await client.made(`${path}/members`, { accountId: member });
  return { owner, member, organization, defaultProject };
};

export const project = async (client: Client, { owner, organization }: Cast, name: string): Promise<string> =>
  (await client.made<Named>(`/v1/organizations/${organization}/projects`, { name }, { as: owner })).id;
