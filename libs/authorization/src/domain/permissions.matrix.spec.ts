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
] as const;

/** In an organization a collaborator who is a member of it is just that, and an external is nobody. */
const organizationTable = `
  PRM-01 organization:read        Y Y Y Y Y N N N
  PRM-02 organization:update      Y Y N N N N N N
  PRM-03 privacy:update           Y Y N N N N N N
  PRM-04 billing:read             Y Y Y Y Y N N N
  PRM-05 billing:update           Y Y N N N N N N
  PRM-06 org-cost-analytics:read  Y Y N N N N N N
  PRM-07 project:list             Y Y Y Y Y N N N
  PRM-08 project:create           Y Y N N N N N N
  PRM-09 member:read              Y Y Y Y Y N N N
  PRM-10 member:invite            Y Y N N N N N N
  PRM-11 member:remove            Y Y N N N N N N
  PRM-12 member:update-role       Y Y N N N N N N
  PRM-14 legacy-key:read          Y N N N N N N N
  PRM-15 legacy-key:regenerate    Y N N N N N N N
  PRM-16 legacy-key:revoke        N N N N N N N N
  AMB-39 audit:read               Y Y N N N N N N
`;

/** In a private project. PRM-17: a member joins only what is open. PRM-36: leaving takes a row of one's own. */
const projectTable = `
  PRM-17 project:join                Y Y N N N N N N
  PRM-20 project:read                Y Y N Y Y Y Y N
  PRM-21 project:update              Y Y N Y N Y N N
  PRM-22 project:allow-external      Y Y N Y N N N N
  PRM-23 project:change-slug         Y Y N Y N Y N N
  PRM-25 project:change-visibility   Y Y N Y N Y N N
  PRM-36 project:leave               N N N Y Y Y Y N
  PRM-26 cost-analytics:read         Y Y N Y Y Y Y N
  PRM-27 api-key:list                Y Y N Y Y Y Y N
  PRM-28 api-key:create              Y Y N Y Y Y Y N
  PRM-29 api-key:revoke              Y Y N Y Y Y Y N
  PRM-30 api-key:update              Y Y N Y Y Y Y N
  PRM-32 collaborator:read           Y Y N Y Y Y Y N
  PRM-33 collaborator:add            Y Y N Y N Y N N
  PRM-34 collaborator:remove         Y Y N Y N Y N N
  PRM-35 collaborator:update-role    Y Y N Y N Y N N
  AMB-39 audit:read                  Y Y N Y N Y N N
`;

/** Of every kind of cluster. AMB-14: a key may do all of it. */
const clusterTable = `
  PRM-40 create               Y Y N Y N Y N Y
  PRM-41 delete               Y Y N Y N Y N Y
  PRM-42 scale                Y Y N Y N Y N Y
  PRM-43 update               Y Y N Y N Y N Y
  PRM-45 read                 Y Y N Y Y Y Y Y
  PRM-50 ssh                  Y Y N Y Y Y Y Y
  PRM-51 run-workload         Y Y N Y Y Y Y Y
  PRM-52 open-dashboard       Y Y N Y Y Y Y Y
  PRM-53 submit-job           Y Y N Y Y Y Y Y
  PRM-55 download-kubeconfig  Y Y N Y Y Y Y Y
`;

const storageTable = `
  PRM-44 storage:create  Y Y N Y N Y N Y
  PRM-44 storage:update  Y Y N Y N Y N Y
  PRM-44 storage:delete  Y Y N Y N Y N Y
  PRM-46 storage:read    Y Y N Y Y Y Y Y
  PRM-54 storage:write   Y Y N Y Y Y Y Y
`;

/** PRM-60: no product has a split between roles yet. */
const productTable = ['create', 'read', 'list', 'update', 'delete', 'use']
  .map((verb) => `PRM-60 ${verb} Y Y N Y Y Y Y Y`)
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

/** One of each column in acme's private project `site`; everybody is at home somewhere, the externals in zeta. */
const people = ['owner', 'admin', 'member', 'pAdmin', 'pMember', 'xAdmin', 'xMember', 'zoe'];
const { live } = people
  .reduce((w, name) => w.account(name), world())
  .organization('acme', { owner: 'owner' })
  .organization('zeta', { owner: 'zoe' })
  .member('acme', 'admin', 'admin')
  .member('acme', 'member')
  .member('acme', 'pAdmin')
  .member('acme', 'pMember')
  .member('zeta', 'xAdmin', 'admin')
  .member('zeta', 'xMember')
  .project('site', { in: 'acme' })
  .project('lab', { in: 'acme' })
  .collaborator('site', 'pAdmin', 'admin')
  .collaborator('site', 'pMember')
  .externalsWelcome('site')
  .externalsWelcome('lab')
  .external('site', 'xAdmin', 'admin')
  .external('site', 'xMember')
  .key('ci', { in: 'site' });

const subjects: ReadonlyArray<Subject> = [
  ...['owner', 'admin', 'member', 'pAdmin', 'pMember', 'xAdmin', 'xMember'].map(user),
  credential('ci'),
];
const channels: ReadonlyArray<Channel> = ['api', 'ui', 'playground'];

const noun = (action: string) => action.slice(0, action.indexOf(':'));

/** What the table and the decision function say of one row, column by column. */
const expectRow = ({ action, cells }: Row, resource: Resource, channel: Channel) => {
  const there = channel === 'api' || noun(action) !== 'code-interpreter';
  const name = (allowed: ReadonlyArray<boolean>) => columns.filter((_, n) => allowed[n] === true);
  expect(name(subjects.map((subject) => ask(live, subject, { action, resource, channel }).decision))).toEqual(
    name(cells.map((cell) => cell && there)),
  );
};

describe.each(channels)('by the %s channel', (channel) => {
  it.each(organizationRows)('$rule $action in an organization', (row) =>
    expectRow(row, inOrganization('acme'), channel),
  );
  it.each(projectRows)('$rule $action in a project', (row) => expectRow(row, inProject('site'), channel));
  it.each(kindRows)('$rule $action', (row) => {
    expectRow(row, inProject('site'), channel);
    expectRow(row, kind(noun(row.action), 'site'), channel);
  });

  it('PRM-37, PRM-65: in a sibling project a place in this one is worth nothing', () => {
    for (const { action } of [...projectRows, ...kindRows])
      for (const subject of subjects.slice(2))
        expect(ask(live, subject, { action, resource: inProject('lab'), channel }).decision).toBe(false);
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
  it('know the same actions', () => {
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
