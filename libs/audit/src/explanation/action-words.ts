import { kinds, permissions, type Resource } from '#libs/authorization';
import { quoted } from './words.js';

/** One thing of a kind, and many of them. */
const things: Readonly<Record<string, readonly [one: string, many: string]>> = {
  'instant-cluster': ['instant cluster', 'instant clusters'],
  'gpu-cluster': ['GPU cluster', 'GPU clusters'],
  'fine-tuning': ['fine-tuning job', 'fine-tuning jobs'],
  file: ['file', 'files'],
  evaluation: ['evaluation', 'evaluations'],
  batch: ['batch', 'batches'],
  inference: ['inference', 'inference'],
  'code-interpreter': ['code interpreter', 'code interpreters'],
  'container-inference': ['container inference', 'container inference'],
  'dedicated-endpoint': ['dedicated endpoint', 'dedicated endpoints'],
  model: ['model', 'models'],
  storage: ['storage', 'storage'],
  'api-key': ['API key', 'API keys'],
};

const verbs: Readonly<Record<string, string>> = {
  ssh: 'connect by SSH to',
  'run-workload': 'run workloads on',
  'open-dashboard': 'open the dashboard of',
  'submit-job': 'submit jobs to',
  'download-kubeconfig': 'download the kubeconfig of',
  write: 'write to',
};

/** What manages; `%` is the place. */
const managing: Readonly<Record<string, string>> = {
  'organization:read': 'see %',
  'organization:update': 'change the settings of %',
  'privacy:update': 'change the privacy settings of %',
  'billing:read': 'see the billing of %',
  'billing:update': 'change the billing of %',
  'org-cost-analytics:read': 'see the costs of %',
  'project:list': 'list the projects of %',
  'project:create': 'create projects in %',
  'member:read': 'see the members of %',
  'member:invite': 'invite people to %',
  'member:remove': 'remove members from %',
  'member:update-role': 'change the roles of members of %',
  'legacy-key:read': 'see the legacy key of %',
  'legacy-key:regenerate': 'regenerate the legacy key of %',
  'legacy-key:revoke': 'revoke the legacy key of %',
  'project:read': 'see %',
  'project:update': 'change the settings of %',
  'project:allow-external': 'let external collaborators into %, or keep them out',
  'project:change-slug': 'change the short name of %',
  'project:change-visibility': 'change who can find %',
  'project:join': 'join %',
  'project:leave': 'leave %',
  'cost-analytics:read': 'see the costs of %',
  'api-key:list': 'list the API keys of %',
  'api-key:create': 'make API keys in %',
  'api-key:revoke': 'revoke API keys of %',
  'api-key:update': 'change API keys of %',
  'collaborator:read': 'see the collaborators of %',
  'collaborator:add': 'add collaborators to %',
  'collaborator:remove': 'remove collaborators from %',
  'collaborator:update-role': 'change the roles of collaborators of %',
  'audit:read': 'read the audit trail of %',
};

export const manyOf = (kind: string): string => things[kind]?.[1] ?? quoted(kind);

export const oneOf = ({ type, id }: Pick<Resource, 'type' | 'id'>): string =>
  `the ${things[type]?.[0] ?? quoted(type)}${id === undefined ? '' : ` ${quoted(id)}`}`;

/** `create files in the project “Alpha”`: what is done, to what, and where, if that is known. */
export const actionInWords = (action: string, resource: Resource, place: string | null): string => {
  const inPlace = place === null ? '' : ` in ${place}`;
  if (!permissions.has(action)) return `do ${quoted(action)}${inPlace}`;
  const manages = managing[action];
  if (manages !== undefined) return manages.replace('%', () => place ?? 'what was not named');
  const [kind = '', verb = ''] = action.split(':');
  const what = resource.id !== undefined && resource.type === kind && kinds.has(kind) ? oneOf(resource) : manyOf(kind);
  return `${verbs[verb] ?? verb} ${what}${inPlace}`;
};
