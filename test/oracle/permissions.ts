/** Section 5a: what is asked about an organization. */
export const organizationActions = [
  'organization:read',
  'organization:update',
  'privacy:update',
  'billing:read',
  'billing:update',
  'org-cost-analytics:read',
  'project:list',
  'project:create',
  'member:read',
  'member:invite',
  'member:remove',
  'member:update-role',
  'legacy-key:read',
  'legacy-key:regenerate',
  'legacy-key:revoke',
  'audit:read',
];

/** The "yes" cells of 5a's column OrgMem. */
export const organizationMemberMay = ['organization:read', 'billing:read', 'project:list', 'member:read'];

/** PRM-14, PRM-15: the owner's alone. */
export const ownerOnly = ['legacy-key:read', 'legacy-key:regenerate'];

/** PRM-16, KEY-31: nobody's. */
export const nobodyMay = ['legacy-key:revoke'];

/** Section 5b: what is asked about a project. */
export const projectActions = [
  'project:read',
  'project:update',
  'project:change-visibility',
  'project:change-slug',
  'project:allow-external',
  'project:join',
  'project:leave',
  'cost-analytics:read',
  'api-key:list',
  'api-key:create',
  'api-key:revoke',
  'api-key:update',
  'collaborator:read',
  'collaborator:add',
  'collaborator:remove',
  'collaborator:update-role',
  'audit:read',
];

const clusterVerbs = [
  ...['create', 'delete', 'scale', 'update'],
  ...['read', 'ssh', 'run-workload', 'open-dashboard', 'submit-job', 'download-kubeconfig'],
];
const everyVerb = ['create', 'read', 'list', 'update', 'delete', 'use'];

/** Sections 5c to 5e: what is asked about the things inside a project. */
const verbsOfKind = new Map([
  ['instant-cluster', clusterVerbs],
  ['gpu-cluster', clusterVerbs],
  ['storage', ['create', 'update', 'delete', 'read', 'write']],
  ['fine-tuning', everyVerb],
  ['file', everyVerb],
  ['evaluation', everyVerb],
  ['batch', everyVerb],
  ['inference', everyVerb],
  ['code-interpreter', everyVerb],
  ['container-inference', everyVerb],
  ['dedicated-endpoint', everyVerb],
  ['model', everyVerb],
]);

export const kinds = [...verbsOfKind.keys()];
export const kindActions = [...verbsOfKind].flatMap(([kind, verbs]) => verbs.map((verb) => `${kind}:${verb}`));

/** PRM-40…44: of the kinds' actions, these take a project admin. */
const adminsOnlyOnKinds = [
  ...['instant-cluster:create', 'instant-cluster:delete', 'instant-cluster:scale', 'instant-cluster:update'],
  ...['gpu-cluster:create', 'gpu-cluster:delete', 'gpu-cluster:scale', 'gpu-cluster:update'],
  ...['storage:create', 'storage:update', 'storage:delete'],
];

/** The "yes" cells of the column PrjMem in 5b to 5e. A project admin may do everything that is asked about a project. */
export const projectMemberMay = [
  ...['project:read', 'cost-analytics:read', 'collaborator:read'],
  ...['api-key:list', 'api-key:create', 'api-key:revoke', 'api-key:update'],
  ...kindActions.filter((action) => !adminsOnlyOnKinds.includes(action)),
];

export const isKindAction = (action: string): boolean => kindActions.includes(action);

/** Makes, changes or uses something: what an archived project or a suspended organization no longer serves (AMB-40). */
export const usesResources = (action: string): boolean =>
  isKindAction(action) && !action.endsWith(':read') && !action.endsWith(':list');

export const kindOf = (action: string): string => action.slice(0, action.indexOf(':'));

/** What the action may be asked about; nothing, where there is no such action. */
export const resourceTypesFor = (action: string): ReadonlyArray<string> => {
  const types: string[] = [];
  if (organizationActions.includes(action)) types.push('organization');
  if (projectActions.includes(action)) types.push('project');
  if (projectActions.includes(action) && kindOf(action) === 'api-key') types.push('api-key');
  if (isKindAction(action)) types.push('project', kindOf(action));
  return types;
};

export const resourceTypes = ['organization', 'project', 'api-key', ...kinds];
