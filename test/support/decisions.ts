import type { Client } from './client.js';

/** What `POST /v1/authorize` answers. */
export interface Decided {
  readonly decision: boolean;
  readonly reason: string;
  readonly principal: Readonly<Record<string, string | null>> | null;
  readonly attribution: Readonly<Record<string, string | null>> | null;
  readonly evidence: ReadonlyArray<{ readonly position: string; readonly type: string }>;
}

export const filesOf = (projectId: string) => ({ type: 'file', projectId });

/** May whoever holds this secret make a file there? */
export const byKey = (client: Client, credential: string, projectId: string): Promise<Decided> =>
  client.made<Decided>('/v1/authorize', { credential, action: 'file:create', resource: filesOf(projectId) });

/** May this person do this there? A file, unless another action is asked about. */
export const byPerson = (client: Client, id: string, projectId: string, action = 'file:create'): Promise<Decided> =>
  client.made<Decided>('/v1/authorize', {
    subject: { type: 'user', id },
    action,
    resource: action.startsWith('file:') ? filesOf(projectId) : { type: 'project', id: projectId },
  });
