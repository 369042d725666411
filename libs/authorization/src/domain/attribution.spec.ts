import { describe, expect, it } from '@jest/globals';
import { ask, type Asked, credential, inOrganization, inProject, kind, user, world } from '../testing/index.js';
import type { Attribution, Channel, Subject } from './question.js';

/** ann owns acme; eve, at home in zeta, and fay, at home nowhere, are externals in acme's project `site`. */
const { live } = ['ann', 'bob', 'eve', 'fay']
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

const attributed = (subject: Subject, asked: Asked) => {
  const { decision, attribution } = ask(live, subject, asked);
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
