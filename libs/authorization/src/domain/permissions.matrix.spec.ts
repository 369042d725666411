import { describe, expect, it } from '@jest/globals';
import { ask, credential, inOrganization, inProject, kind, user, world } from '../testing/index.js';
import { permissions } from './permissions.js';
import type { Channel, Resource, Subject } from './question.js';

/**
 * The published matrix, typed a second time from the rules (section 5) and the list of actions, in its own order of
 * columns. It shares nothing with the table it checks. A cell that the rules leave open is as the decision in
 * section 13 has it.
 */
const columns = [
  'owner',
  'organization admin',
  'organization member',
  'project admin',
  'project member',
  'external admin',
  'external member',
  'key',
  'member in the default project',
  'member before an open project',
  'member who joined an open project',
] as const;

/** In an organization a collaborator who is a member of it is just that, and an external is nobody. */
const organizationTable = `
  PRM-01        organization:read        Y Y Y Y Y N N N  Y Y Y
  PRM-02        organization:update      Y Y N N N N N N  N N N
  PRM-03        privacy:update           Y Y N N N N N N  N N N
  PRM-04        billing:read             Y Y Y Y Y N N N  Y Y Y
  PRM-05        billing:update           Y Y N N N N N N  N N N
  PRM-06        org-cost-analytics:read  Y Y N N N N N N  N N N
  PRM-07        project:list             Y Y Y Y Y N N N  Y Y Y
  PRM-08        project:create           Y Y N N N N N N  N N N
  PRM-09        member:read              Y Y Y Y Y N N N  Y Y Y
  PRM-10        member:invite            Y Y N N N N N N  N N N
  PRM-11        member:remove            Y Y N N N N N N  N N N
  PRM-12        member:update-role       Y Y N N N N N N  N N N
  PRM-14        legacy-key:read          Y N N N N N N N  N N N
  PRM-15,KEY-30 legacy-key:regenerate    Y N N N N N N N  N N N
  PRM-16        legacy-key:revoke        N N N N N N N N  N N N
  PRM-18,AMB-39 audit:read               Y Y N N N N N N  N N N
`;

/** PRM-17: a member joins only what is open. PRM-36: leaving takes a row of one's own. The first eight: a private one. */
const projectTable = `
  PRM-17        project:join               Y Y N N N N N N  N Y Y
  PRM-20        project:read               Y Y N Y Y Y Y N  Y N Y
  PRM-21        project:update             Y Y N Y N Y N N  N N N
  PRM-22        project:allow-external     Y Y N Y N N N N  N N N
  PRM-23        project:change-slug        Y Y N Y N Y N N  N N N
  PRM-25        project:change-visibility  Y Y N Y N Y N N  N N N
  PRM-36        project:leave              N N N Y Y Y Y N  N N Y
  PRM-26,ATT-10 cost-analytics:read        Y Y N Y Y Y Y N  Y N Y
  PRM-27        api-key:list               Y Y N Y Y Y Y N  Y N Y
  PRM-28        api-key:create             Y Y N Y Y Y Y N  Y N Y
  PRM-29        api-key:revoke             Y Y N Y Y Y Y N  Y N Y
  PRM-30        api-key:update             Y Y N Y Y Y Y N  Y N Y
  PRM-32        collaborator:read          Y Y N Y Y Y Y N  Y N Y
  PRM-33        collaborator:add           Y Y N Y N Y N N  N N N
  PRM-34        collaborator:remove        Y Y N Y N Y N N  N N N
  PRM-35        collaborator:update-role   Y Y N Y N Y N N  N N N
  PRM-18,AMB-39 audit:read                 Y Y N Y N Y N N  N N N
`;

/** Of every kind of cluster. AMB-14: a key may do all of it. */
const clusterTable = `
  PRM-40        create               Y Y N Y N Y N Y  N N N
  PRM-41        delete               Y Y N Y N Y N Y  N N N
  PRM-42,PRM-61 scale                Y Y N Y N Y N Y  N N N
  PRM-43        update               Y Y N Y N Y N Y  N N N
  PRM-45        read                 Y Y N Y Y Y Y Y  Y N Y
  PRM-50        ssh                  Y Y N Y Y Y Y Y  Y N Y
  PRM-51        run-workload         Y Y N Y Y Y Y Y  Y N Y
  PRM-52        open-dashboard       Y Y N Y Y Y Y Y  Y N Y
  PRM-53        submit-job           Y Y N Y Y Y Y Y  Y N Y
  PRM-55        download-kubeconfig  Y Y N Y Y Y Y Y  Y N Y
`;

const storageTable = `
  PRM-44 storage:create  Y Y N Y N Y N Y  N N N
  PRM-44 storage:update  Y Y N Y N Y N Y  N N N
  PRM-44 storage:delete  Y Y N Y N Y N Y  N N N
  PRM-46 storage:read    Y Y N Y Y Y Y Y  Y N Y
  PRM-54 storage:write   Y Y N Y Y Y Y Y  Y N Y
`;

/** PRM-60: no product has a split between roles yet. */
const productTable = ['create', 'read', 'list', 'update', 'delete', 'use']
  .map((verb) => `PRM-60 ${verb} Y Y N Y Y Y Y Y Y N Y`)
  .join('\n');

const clusters = ['instant-cluster', 'gpu-cluster'];
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
];

interface Row {
  readonly rule: string;
  readonly action: string;
  readonly cells: ReadonlyArray<boolean>;
}

const rowsOf = (table: string, noun?: string): ReadonlyArray<Row> =>
  table
    .trim()
    .split('\n')
    .map((line) => {
      const [rule = '', verb = '', ...cells] = line.trim().split(/\s+/u);
      return { rule, action: noun === undefined ? verb : `${noun}:${verb}`, cells: cells.map((cell) => cell === 'Y') };
    });

const organizationRows = rowsOf(organizationTable);
const projectRows = rowsOf(projectTable);
const kindRows = [
  ...clusters.flatMap((noun) => rowsOf(clusterTable, noun)),
  ...rowsOf(storageTable),
  ...products.flatMap((noun) => rowsOf(productTable, noun)),
];

/**
 * One of each column in acme's private project `site`, but for the last three: in the default project, before and in the
 * open project `plaza`. Everybody is at home somewhere, the externals in zeta; only nobody is nowhere. The rest are those
 * to whom everything is denied: gone and gone2 are admins of acme who were blocked and deleted, off is an external admin
 * of `shut`, whose switch was turned off.
 */
const members = ['member', 'pAdmin', 'pMember', 'joiner'];
const { live } = ['owner', 'admin', ...members, 'xAdmin', 'xMember', 'zoe', 'off', 'nobody', 'gone', 'gone2']
  .reduce((w, name) => w.account(name), world())
  .organization('acme', { owner: 'owner' })
  .organization('zeta', { owner: 'zoe' })
  .member('acme', 'admin', 'admin')
  .member('acme', 'member')
  .member('acme', 'pAdmin')
  .member('acme', 'pMember')
  .member('acme', 'joiner')
  .member('acme', 'gone', 'admin')
  .member('acme', 'gone2', 'admin')
  .member('zeta', 'xAdmin', 'admin')
  .member('zeta', 'xMember')
  .member('zeta', 'off', 'admin')
  .project('site', { in: 'acme' })
  .project('lab', { in: 'acme' })
  .project('shut', { in: 'acme' })
  .project('club', { in: 'acme', visibility: 'closed' })
  .project('plaza', { in: 'acme', visibility: 'open' })
  .collaborator('site', 'pAdmin', 'admin')
  .collaborator('site', 'pMember')
  .projectJoined('plaza', 'joiner')
  .externalsWelcome('site')
  .externalsWelcome('lab')
  .externalsWelcome('shut')
  .external('site', 'xAdmin', 'admin')
  .external('site', 'xMember')
  .external('shut', 'off', 'admin')
  .knew('shut', 'ExternalCollaboratorsDisallowed')
  .founder('site', 'gone')
  .founder('site', 'gone2')
  .blocked('gone')
  .deleted('gone2')
  .key('ci', { in: 'site' })
  .key('cd', { in: 'lab' });

/** Who stands for a column, and the project that they are asked about. */
const subjects: ReadonlyArray<readonly [Subject, project: string]> = [
  ...['owner', 'admin', 'member', 'pAdmin', 'pMember', 'xAdmin', 'xMember'].map((who) => [user(who), 'site'] as const),
  [credential('ci'), 'site'],
  [user('member'), 'acmeHome'],
  [user('member'), 'plaza'],
  [user('joiner'), 'plaza'],
];
const channels: ReadonlyArray<Channel> = ['api', 'ui', 'playground'];

const noun = (action: string) => action.slice(0, action.indexOf(':'));

/** What the table and the decision function say of one row, column by column. */
const expectRow = ({ action, cells }: Row, resource: (project: string) => Resource, channel: Channel) => {
  const there = channel === 'api' || noun(action) !== 'code-interpreter';
  const name = (allowed: ReadonlyArray<boolean>) => columns.filter((_, n) => allowed[n] === true);
  const answers = subjects.map(
    ([subject, project]) => ask(live, subject, { action, resource: resource(project), channel }).decision,
  );
  expect(name(answers)).toEqual(name(cells.map((cell) => cell && there)));
};

/** Those to whom every cell of every row says no, wherever they ask. */
const nobodies: ReadonlyArray<readonly [who: string, subject: Subject, project: string]> = [
  ['DEL-11: a blocked person', user('gone'), 'site'],
  ['DEL-01: a deleted person', user('gone2'), 'site'],
  ['PRM-37: a stranger', user('nobody'), 'site'],
  ['PRM-37: a stranger, in an open project', user('nobody'), 'plaza'],
  ['PRM-37: the owner of another organization', user('zoe'), 'site'],
  ['PRM-37: the owner of another organization, in an open project', user('zoe'), 'plaza'],
  ['COL-21: an external admin of another project, in the default one', user('xAdmin'), 'acmeHome'],
  ['PRM-37, KEY-07: a key of another project', credential('cd'), 'site'],
  ['PRM-37, KEY-07: a key of another project, in the default one', credential('cd'), 'acmeHome'],
];

describe.each(channels)('by the %s channel', (channel) => {
  it.each(organizationRows)('$rule $action in an organization', (row) =>
    expectRow(row, () => inOrganization('acme'), channel),
  );
  it.each(projectRows)('$rule $action in a project', (row) => {
    expectRow(row, inProject, channel);
    if (noun(row.action) === 'api-key') expectRow(row, (project) => kind('api-key', project), channel);
  });
  it.each(kindRows)('$rule $action', (row) => {
    expectRow(row, inProject, channel);
    expectRow(row, (project) => kind(noun(row.action), project), channel);
  });

  const allowedTo = (subject: Subject, project: string) =>
    [
      ...organizationRows.map(({ action }) => ({ action, resource: inOrganization('acme') })),
      ...[...projectRows, ...kindRows].map(({ action }) => ({ action, resource: inProject(project) })),
      ...kindRows.map(({ action }) => ({ action, resource: kind(noun(action), project) })),
    ].filter((asked) => ask(live, subject, { ...asked, channel }).decision);

  it.each(nobodies)('%s may nothing', (_, subject, project) => {
    expect(allowedTo(subject, project)).toEqual([]);
  });

  it('COL-16, AMB-09, PRM-36: an external admin whose switch is off may leave, and nothing else', () => {
    expect(allowedTo(user('off'), 'shut').map(({ action }) => action)).toEqual(['project:leave']);
  });

  it('PRM-37, PRM-65: in a sibling project a place in this one is worth nothing', () => {
    for (const { action } of [...projectRows, ...kindRows])
      for (const [subject] of subjects.slice(2))
        expect(ask(live, subject, { action, resource: inProject('lab'), channel }).decision).toBe(false);
  });

  it('PRM-17, PRJ-19: before a closed project a member may no more than before a private one', () => {
    for (const { action } of [...projectRows, ...kindRows])
      expect(ask(live, user('member'), { action, resource: inProject('club'), channel }).decision).toBe(false);
  });

  it('ERR-08: in an organization that is not theirs nobody may anything', () => {
    const insiders = [user('owner'), user('admin'), user('pAdmin'), credential('ci')];
    for (const subject of insiders) {
      for (const { action } of organizationRows)
        expect(ask(live, subject, { action, resource: inOrganization('zeta'), channel }).decision).toBe(false);
      for (const { action } of [...projectRows, ...kindRows])
        expect(ask(live, subject, { action, resource: inProject('zetaHome'), channel }).decision).toBe(false);
    }
  });
});

describe('the two tables', () => {
  it('PRM-63: know the same actions', () => {
    const known = new Set([...organizationRows, ...projectRows, ...kindRows].map(({ action }) => action));
    expect([...permissions.keys()].sort()).toEqual([...known].sort());
  });

  it('have a cell for every column', () => {
    for (const { cells } of [...organizationRows, ...projectRows, ...kindRows])
      expect(cells).toHaveLength(columns.length);
  });

  it('PRM-17: a member joins what is open, an external never', () => {
    const open = world()
      .account('ann')
      .account('bob')
      .account('eve')
      .organization('acme', { owner: 'ann' })
      .member('acme', 'bob')
      .project('site', { in: 'acme', visibility: 'open' })
      .externalsWelcome('site')
      .external('site', 'eve', 'admin');
    const joins = (name: string) =>
      ask(open.live, user(name), { action: 'project:join', resource: inProject('site') }).decision;
    expect([joins('ann'), joins('bob'), joins('eve')]).toEqual([true, true, false]);
  });
});
