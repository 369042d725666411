/** By virtue of what a person may do something; for an external, with the role they hold. */
export type Standing =
  | 'organization-owner'
  | 'organization-admin'
  | 'organization-member'
  | 'project-admin'
  | 'project-member'
  | 'external-admin'
  | 'external-member';

export interface Permission {
  /** What the question must be about. */
  readonly level: 'organization' | 'project' | 'either';
  /** The kind of resource, for what is done with resources; null for what manages people, keys and settings. */
  readonly kind: string | null;
  /** Goes on while the organization is suspended or the project archived. */
  readonly peaceful: boolean;
  readonly standings: ReadonlySet<Standing>;
  /** May an API key of the project do it? Keys use resources and manage nothing (AMB-14). */
  readonly key: boolean;
}

const owner = ['organization-owner'] as const;
const admins = [...owner, 'organization-admin'] as const;
const members = [...admins, 'organization-member'] as const;
const projectAdmins = [...admins, 'project-admin', 'external-admin'] as const;
const insideAdmins = [...admins, 'project-admin'] as const;
const everyone = [...projectAdmins, 'project-member', 'external-member'] as const;
const insiders = [...members, 'project-admin', 'project-member'] as const;

/**
 * Section 5 of the rules as data: one line a rule, and no other place that says who may do what.
 * Actions are `<noun>:<verb>`; a line is [rule, noun, verbs, who].
 */
const organizationLevel: ReadonlyArray<Line> = [
  ['PRM-01', 'organization', ['read'], members],
  ['PRM-02', 'organization', ['update'], admins],
  ['PRM-03', 'privacy', ['update'], admins],
  ['PRM-04', 'billing', ['read'], members],
  ['PRM-05', 'billing', ['update'], admins],
  ['PRM-06', 'org-cost-analytics', ['read'], admins],
  ['PRM-07', 'project', ['list'], members],
  ['PRM-08', 'project', ['create'], admins],
  ['PRM-09', 'member', ['read'], members],
  ['PRM-10', 'member', ['invite'], admins],
  ['PRM-11', 'member', ['remove'], admins],
  ['PRM-12', 'member', ['update-role'], admins],
  ['PRM-14', 'legacy-key', ['read'], owner],
  ['PRM-15', 'legacy-key', ['regenerate'], owner],
  ['PRM-16', 'legacy-key', ['revoke'], []],
];

const projectLevel: ReadonlyArray<Line> = [
  ['PRM-20', 'project', ['read'], everyone],
  ['PRM-21', 'project', ['update'], projectAdmins],
  ['PRM-22', 'project', ['allow-external'], insideAdmins], // AMB-10: not an external's to flip
  ['PRM-23', 'project', ['change-slug'], projectAdmins],
  ['PRM-25', 'project', ['change-visibility'], projectAdmins],
  ['PRM-17', 'project', ['join'], insiders],
  ['PRM-36', 'project', ['leave'], everyone],
  ['PRM-26', 'cost-analytics', ['read'], everyone],
  ['PRM-27', 'api-key', ['list'], everyone],
  ['PRM-28', 'api-key', ['create'], everyone],
  ['PRM-29', 'api-key', ['revoke'], everyone],
  ['PRM-30', 'api-key', ['update'], everyone],
  ['PRM-32', 'collaborator', ['read'], everyone],
  ['PRM-33', 'collaborator', ['add'], projectAdmins],
  ['PRM-34', 'collaborator', ['remove'], projectAdmins],
  ['PRM-35', 'collaborator', ['update-role'], projectAdmins],
];

const eitherLevel: ReadonlyArray<Line> = [['PRM-18', 'audit', ['read'], projectAdmins]]; // AMB-39

const clusters = ['instant-cluster', 'gpu-cluster'] as const;
const products = [
  'fine-tuning',
  'file',
  'evaluation',
  'batch',
  'inference',
  'code-interpreter',
  'container-inference',
  'dedicated-endpoint',
  'model',
] as const;

const kindLevel: ReadonlyArray<Line> = [
  ...clusters.flatMap((noun): ReadonlyArray<Line> => [
    ['PRM-40', noun, ['create', 'delete', 'scale', 'update'], projectAdmins],
    ['PRM-45', noun, ['read'], everyone],
    ['PRM-50', noun, ['ssh', 'run-workload', 'open-dashboard', 'submit-job', 'download-kubeconfig'], everyone],
  ]),
  ['PRM-44', 'storage', ['create', 'update', 'delete'], projectAdmins],
  ['PRM-46', 'storage', ['read', 'write'], everyone],
  ...products.map((noun): Line => ['PRM-60', noun, ['create', 'read', 'list', 'update', 'delete', 'use'], everyone]),
];

type Line = readonly [rule: string, noun: string, verbs: ReadonlyArray<string>, who: ReadonlyArray<Standing>];

const entries = (lines: ReadonlyArray<Line>, level: Permission['level'], isKind: boolean) =>
  lines.flatMap(([, noun, verbs, who]) =>
    verbs.map((verb): [string, Permission] => [
      `${noun}:${verb}`,
      {
        level,
        kind: isKind ? noun : null,
        peaceful: !isKind || verb === 'read' || verb === 'list',
        standings: new Set(who),
        key: isKind,
      },
    ]),
  );

export const permissions: ReadonlyMap<string, Permission> = new Map([
  ...entries(organizationLevel, 'organization', false),
  ...entries(projectLevel, 'project', false),
  ...entries(eitherLevel, 'either', false),
  ...entries(kindLevel, 'project', true),
]);

/** Every kind of resource (RES-01): what a question's `resource.type` may be besides `organization` and `project`. */
export const kinds: ReadonlySet<string> = new Set([...clusters, ...products, 'storage', 'api-key']);
