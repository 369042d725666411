import { inBody, inHeader, oneOf, type Operation, type Option, recordWith, required } from './operation.js';

/** A question, but for who asks and as of when. */
export const question: Readonly<Record<string, Option>> = {
  user: inBody('subject.id', 'About a person: user_…', { beside: { 'subject.type': 'user' } }),
  key: inBody('subject.id', 'About a key by its id: key_…', { beside: { 'subject.type': 'api_key' } }),
  resource: inBody('resource.type', 'What it is done to: organization, project, or a kind', required),
  'resource-id': inBody('resource.id', 'Its id'),
  project: inBody('resource.projectId', 'The project it is in: proj_…'),
  channel: inBody('channel', 'Where the request comes in', oneOf('api', 'ui', 'playground')),
  context: inBody('context', 'More about the request, as JSON', { takes: 'json' }),
};
export const actionAsked = inBody('action', 'What is done: file:create, say', required);

export const decisions: ReadonlyArray<Operation> = [
  {
    words: 'authorize',
    says: 'May this be done? Exit code 0: yes, 1: no',
    method: 'POST',
    path: '/v1/authorize',
    args: { action: actionAsked },
    options: {
      'credential-file': inBody('credential', 'About a key: a file that holds its secret; - is stdin', {
        takes: 'secret-file',
      }),
      ...question,
    },
    answer: recordWith('decision'),
    verdict: 'decision',
    asks: true,
  },
  {
    words: 'whoami',
    says: 'What the key that is sent is',
    method: 'GET',
    path: '/v1/whoami',
    answer: recordWith('organization_id'),
  },
  {
    words: 'forward-auth',
    says: 'Ask as a reverse proxy does; the credential of this program is the proxy’s',
    method: 'GET',
    path: '/v1/forward-auth',
    args: {
      action: inHeader('X-Writ-Action', 'What is done: file:read, say', required),
      resource: inHeader('X-Writ-Resource', 'To what: a kind, or <kind>/<id>', required),
    },
    options: {
      'credential-file': inHeader('Authorization', 'A file that holds the caller’s key; - is stdin', {
        takes: 'secret-file',
      }),
      'client-ip': inHeader('X-Writ-Client-Ip', 'The caller’s address'),
    },
    answer: recordWith('apiKeyId'),
    credential: 'X-Writ-Token',
  },
];
