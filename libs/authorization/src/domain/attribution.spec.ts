import { describe, expect, it } from '@jest/globals';
import {
  ask,
  type Asked,
  credential,
  foldOf,
  inOrganization,
  inProject,
  kind,
  user,
  world,
  type World,
} from '../testing/index.js';
import type { Attribution, Channel, Subject } from './question.js';

/** ann owns acme; eve, at home in zeta, and fay, at home nowhere, are externals in acme's project `site`. */
const company = () =>
  ['ann', 'bob', 'eve', 'fay']
    .reduce((w, name) => w.account(name), world())
    .organization('acme', { owner: 'ann' })
    .organization('zeta', { owner: 'eve' })
    .member('acme', 'bob')
    .project('site', { in: 'acme' })
    .collaborator('site', 'bob')
    .externalsWelcome('site')
    .external('site', 'eve')
    .external('site', 'fay')
    .key('ci', { in: 'site' })
    .key('home', { in: 'acmeHome' });
const { live } = company();

const attributed = (subject: Subject, asked: Asked, facts = live) => {
  const { decision, attribution } = ask(facts, subject, asked);
  expect(decision).toBe(true);
  return attribution;
};
const use = (type: string, channel: Channel = 'api'): Asked => ({
  action: `${type}:read`,
  resource: kind(type, 'site'),
  channel,
});

const to = (organization: string, project: string | null, rest: Partial<Attribution> = {}): Attribution => ({
  organizationId: `org_${organization}` as Attribution['organizationId'],
  projectId: project === null ? null : (`proj_${project}` as Attribution['projectId']),
  apiKeyId: null,
  fallback: null,
  listingScope: 'project',
  ...rest,
});
const toHome = (fallback: Attribution['fallback'] = 'fallback') =>
  to('acme', 'acmeHome', { fallback, listingScope: 'defaultProject' });
const toZeta = to('zeta', 'zetaHome', { fallback: 'externalFallback', listingScope: 'defaultProject' });
const byKey = { apiKeyId: 'key_ci' as Attribution['apiKeyId'] };

/** RES-03, the seed's column: kind, by key, in the UI. `–`: there is no UI. */
const supportTable = `
  instant-cluster     yes yes
  fine-tuning         yes no
  file                yes no
  evaluation          yes no
  batch               yes no
  inference           yes no
  code-interpreter    no  –
  container-inference no  no
  storage             no  no
  dedicated-endpoint  no  no
  model               no  no
  gpu-cluster         no  no
`
  .trim()
  .split('\n')
  .map((line) => line.trim().split(/\s+/u) as [kind: string, key: string, ui: string]);

describe.each(supportTable)('RES-01…03, RES-07: %s (by key: %s, in the UI: %s)', (type, key, ui) => {
  it('ATT-01, ATT-08, ATT-09, AMB-22: by key', () =>
    expect(attributed(credential('ci'), use(type))).toEqual(
      key === 'yes' ? to('acme', 'site', byKey) : { ...toHome(), ...byKey },
    ));
  it('ATT-03: a member through the API goes by the same column as a key', () =>
    expect(attributed(user('bob'), use(type))).toEqual(key === 'yes' ? to('acme', 'site') : toHome()));
  if (ui === '–') return;

  it('ATT-02, AMB-24, RES-09: a member in the UI', () =>
    expect(attributed(user('bob'), use(type, 'ui'))).toEqual(ui === 'yes' ? to('acme', 'site') : toHome()));
  it('ATT-05, AMB-23: an external in the UI, by their own organization where the project is not honoured', () =>
    expect(attributed(user('eve'), use(type, 'ui'))).toEqual(ui === 'yes' ? to('acme', 'site') : toZeta));
  it('ATT-04, PRJ-07: in the playground, always to the default project', () => {
    const home = { projectId: 'proj_acmeHome', organizationId: 'org_acme', listingScope: 'defaultProject' };
    expect(attributed(user('bob'), use(type, 'playground'))).toMatchObject(home);
    expect(attributed(credential('ci'), use(type, 'playground'))).toMatchObject({ ...home, ...byKey });
  });
});

describe('attribution', () => {
  it('AMB-23: an external with no home organization counts to the default project of the one they work in', () =>
    expect(attributed(user('fay'), use('file', 'ui'))).toEqual(toHome()));

  it('AMB-23: a key does not know its holder: its own organization, always', () =>
    expect(attributed(credential('ci'), use('storage'))).toEqual({ ...toHome(), ...byKey }));

  it('AMB-22: what falls back is still allowed', () =>
    expect(ask(live, credential('ci'), use('model')).reason).toBe('project-key'));

  it('ATT-01: a key that names no project means its own', () =>
    expect(attributed(credential('home'), { action: 'file:create', resource: kind('file') })).toEqual(
      to('acme', 'acmeHome', { apiKeyId: 'key_home' as Attribution['apiKeyId'] }),
    ));

  it('what manages is of its project, through any channel', () => {
    for (const channel of ['api', 'ui', 'playground'] as const)
      expect(attributed(user('bob'), { action: 'api-key:create', resource: inProject('site'), channel })).toEqual(
        to('acme', 'site'),
      );
  });

  it('ATT-12: what concerns an organization is of no project', () =>
    expect(attributed(user('bob'), { action: 'member:read', resource: inOrganization('acme') })).toEqual(
      to('acme', null),
    ));

  it('is null on a deny', () => {
    expect(ask(live, user('bob'), { action: 'project:update', resource: inProject('site') }).attribution).toBeNull();
    expect(ask(live, credential('nobody'), use('file')).attribution).toBeNull();
  });
});

const ofWorld =
  (w: World) =>
  (subject: Subject, asked: Asked): Attribution | null =>
    attributed(subject, asked, w.live);

describe('RES-04: the support table as it was last revised', () => {
  const ci = credential('ci');
  const [bob, eve, fay] = [user('bob'), user('eve'), user('fay')];

  it('RES-02, ATT-01: honours the project of a kind by key, from the revision on', () => {
    const w = company().tableRevised({ storage: { key: true } });
    expect(ofWorld(w)(ci, use('storage'))).toEqual(to('acme', 'site', byKey));
    expect(ofWorld(w)(bob, use('storage'))).toEqual(to('acme', 'site'));
    expect(ofWorld(w)(bob, use('storage', 'ui'))).toEqual(toHome());
    expect(ofWorld(w.tableRevised({ storage: { key: false } }))(ci, use('storage'))).toEqual({ ...toHome(), ...byKey });
  });

  it('RES-02, ATT-03: or in the UI, which says nothing of the other', () => {
    const w = company().tableRevised({ file: { key: false, ui: true } });
    expect(ofWorld(w)(bob, use('file', 'ui'))).toEqual(to('acme', 'site'));
    expect(ofWorld(w)(eve, use('file', 'ui'))).toEqual(to('acme', 'site'));
    expect(ofWorld(w)(bob, use('file'))).toEqual(toHome());
    expect(ofWorld(w)(ci, use('file'))).toEqual({ ...toHome(), ...byKey });
  });

  it('RES-05: a kind that is given a UI is counted there as the table says', () => {
    const given = (ui: boolean) => ofWorld(company().tableRevised({ 'code-interpreter': { ui } }));
    expect(given(true)(bob, use('code-interpreter', 'ui'))).toEqual(to('acme', 'site'));
    expect(given(false)(bob, use('code-interpreter', 'ui'))).toEqual(toHome());
    expect(given(false)(eve, use('code-interpreter', 'ui'))).toEqual(toZeta);
  });

  it('ATT-05, AMB-23: an external falls back to their home, or to where they work if they have none', () => {
    const asked = ofWorld(company().tableRevised({ 'instant-cluster': { ui: false } }));
    expect(asked(eve, use('instant-cluster', 'ui'))).toEqual(toZeta);
    expect(asked(fay, use('instant-cluster', 'ui'))).toEqual(toHome());
    expect(asked(eve, use('instant-cluster'))).toEqual(to('acme', 'site'));
  });

  it('ATT-04: the playground is of the default project, whatever the table says', () => {
    const honoured = ofWorld(company().tableRevised({ file: { ui: true } }));
    expect(honoured(bob, use('file', 'playground'))).toEqual(toHome(null));
    expect(honoured(ci, use('file', 'playground'))).toEqual({ ...toHome(null), ...byKey });
    expect(honoured(eve, use('file', 'playground'))).toEqual(toHome(null));
  });

  it('AMB-24, RES-09: lists the organization only where the operator says so, and only what falls back', () => {
    const asked = ofWorld(
      company().tableRevised({ storage: { listingScope: 'organization' }, file: { listingScope: 'organization' } }),
    );
    const listing = (subject: Subject, question: Asked) => asked(subject, question)?.listingScope;
    expect(listing(ci, use('storage'))).toBe('organization');
    expect(listing(eve, use('storage', 'ui'))).toBe('organization');
    expect(listing(ci, use('file'))).toBe('project');
    expect(listing(bob, use('file', 'ui'))).toBe('organization');
    expect(listing(bob, use('file', 'playground'))).toBe('organization');
    expect(listing(bob, use('model', 'ui'))).toBe('defaultProject');
  });

  it('says nothing of what manages', () => {
    const w = company().tableRevised({ 'api-key': { key: false, ui: false, listingScope: 'organization' } });
    const keys: Asked = { action: 'api-key:create', resource: kind('api-key', 'site') };
    expect(ofWorld(w)(bob, keys)).toEqual(to('acme', 'site'));
  });

  it('AMB-22: allows nothing and denies nothing: the decision stays as it was', () => {
    const w = company().tableRevised(Object.fromEntries(supportTable.map(([type]) => [type, { key: false }])));
    for (const [type] of supportTable)
      for (const subject of [ci, bob, eve]) {
        const [before, after] = [live, w.live].map((facts) => ask(facts, subject, use(type)));
        expect([after?.reason, after?.evidence]).toEqual([before?.reason, before?.evidence]);
      }
  });

  it('AMB-38: folded up to any position, gives the attribution of then', () => {
    const w = company();
    const at: Array<readonly [bigint, Attribution]> = [[w.position, { ...toHome(), ...byKey }]];
    w.tableRevised({ storage: { key: true } });
    at.push([w.position, to('acme', 'site', byKey)]);
    w.tableRevised({ file: { ui: true } });
    at.push([w.position, to('acme', 'site', byKey)]);
    w.tableRevised({ storage: { key: false, listingScope: 'organization' } });
    at.push([w.position, { ...toHome(), ...byKey, listingScope: 'organization' }]);
    for (const [position, wanted] of at) {
      const then = foldOf(w.log.filter((each) => each.position <= position));
      expect(attributed(ci, use('storage'), then)).toEqual(wanted);
    }
  });

  it('keeps what an older table does not know of', () => {
    const rows = [{ kind: 'file', key: false, ui: false, listingScope: 'defaultProject' as const }];
    const w = company().tableRevised({ storage: { key: true } });
    w.happened('supportMatrix', 'table', { type: 'SupportMatrixRevised', data: { rows } });
    expect(ofWorld(w)(ci, use('storage'))).toEqual(to('acme', 'site', byKey));
    expect(ofWorld(w)(ci, use('file'))).toEqual({ ...toHome(), ...byKey });
  });
});

it('ATT-01, RES-08: a resource that is named by its id is counted to its own project, or falls back from there', () => {
  const w = company().resource('file', 'f', { in: 'acmeHome' }).resource('storage', 's', { in: 'site' });
  const named = (type: string, id: string): Asked => ({
    action: `${type}:read`,
    resource: kind(type, undefined, id),
    channel: 'api',
  });
  expect(ofWorld(w)(user('bob'), named('file', 'f'))).toEqual(to('acme', 'acmeHome'));
  expect(ofWorld(w)(user('bob'), named('storage', 's'))).toEqual(toHome());
});
