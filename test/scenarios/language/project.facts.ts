import { accountId, projectId } from '#libs/authorization/testing';
import type { Role, Visibility } from '#libs/kernel';
import type { HttpStage } from '../stages/http-stage.js';
import type { PureStage } from '../stages/pure-stage.js';
import { roleOf, roles } from './organization.facts.js';
import { says } from './sentence.js';

const projectPath = (http: HttpStage, name: string, rest = '') => `/v1/projects/${http.id(name)}${rest}`;

/** A row as the command would write it: a member's with the role of COL-05 or COL-06, or an external's. */
const add = ({ world }: PureStage, project: string, person: string): void => {
  const home = world.live.membership(accountId(person))?.current;
  if (home?.organizationId !== world.live.project(projectId(project))?.organizationId) world.external(project, person);
  else if (home?.role === 'member') world.collaborator(project, person);
  else world.founder(project, person);
};

const changeRole = ({ world }: PureStage, { project, person }: { project: string; person: string }, role: Role) => {
  const row = world.live.collaborator(projectId(project), accountId(person))?.row ?? null;
  // AMB-07: in the default project everybody is a member without a row, and a promotion is one.
  if (row === null && role === 'admin') world.founder(project, person);
  else if (row !== null && row.role !== role) world.collaboratorRole(project, person, role);
};

/** What happens to projects and to the people in them. */
export const projectFacts = [
  says('Ann makes the <open|closed|private> project Alpha in Acme', {
    introduces: ['Alpha'],
    may: ['project:create', 'Acme'],
    tell: (pure, { Ann, Alpha, Acme, choice }) => {
      pure.world.project(pure.project(Alpha), { in: Acme, visibility: choice });
      pure.world.founder(pure.project(Alpha), Ann);
    },
    send: (http, { Ann, Alpha, Acme, choice }) =>
      http.by(
        Ann,
        [
          'POST',
          `/v1/organizations/${http.id(Acme)}/projects`,
          { name: Alpha, visibility: choice satisfies Visibility },
        ],
        Alpha,
      ),
  }),

  says('Ann makes Alpha <open|closed|private>', {
    may: ['project:change-visibility', 'Alpha'],
    tell: (pure, { Alpha, choice }) => pure.world.visibility(pure.project(Alpha), choice),
    send: (http, { Ann, Alpha, choice }) => http.by(Ann, ['PATCH', projectPath(http, Alpha), { visibility: choice }]),
  }),

  says('Ann <archives|unarchives> Alpha', {
    may: ['project:update', 'Alpha'],
    tell: (pure, { Alpha, choice }) =>
      pure.world.knew(pure.project(Alpha), choice === 'archives' ? 'ProjectArchived' : 'ProjectUnarchived'),
    send: (http, { Ann, Alpha, choice }) =>
      http.by(Ann, ['POST', projectPath(http, Alpha, choice === 'archives' ? '/archive' : '/unarchive')]),
  }),

  says('Ann <lets externals into|shuts externals out of> Alpha', {
    may: ['project:allow-external', 'Alpha'],
    tell: (pure, { Alpha, choice }) =>
      pure.world.knew(
        pure.project(Alpha),
        choice === 'lets externals into' ? 'ExternalCollaboratorsAllowed' : 'ExternalCollaboratorsDisallowed',
      ),
    send: (http, { Ann, Alpha, choice }) =>
      http.by(Ann, [
        'PATCH',
        projectPath(http, Alpha),
        { allowExternalCollaborators: choice === 'lets externals into' },
      ]),
  }),

  says('Ann adds Bob to Alpha', {
    may: ['collaborator:add', 'Alpha'],
    tell: (pure, { Bob, Alpha }) => add(pure, pure.project(Alpha), Bob),
    send: (http, { Ann, Bob, Alpha }) =>
      http.by(Ann, ['POST', projectPath(http, Alpha, '/collaborators'), { email: http.email(Bob) }]),
  }),

  says('Ann adds Bob to Alpha, with the address in capitals', {
    may: ['collaborator:add', 'Alpha'],
    tell: (pure, { Bob, Alpha }) => add(pure, pure.project(Alpha), Bob),
    send: (http, { Ann, Bob, Alpha }) =>
      http.by(Ann, ['POST', projectPath(http, Alpha, '/collaborators'), { email: http.email(Bob).toUpperCase() }]),
  }),

  says('Ann adds Bob to Alpha as admin', {
    may: ['collaborator:add', 'Alpha'],
    tell: (pure, { Bob, Alpha }) => {
      const project = pure.project(Alpha);
      add(pure, project, Bob);
      changeRole(pure, { project, person: Bob }, 'admin');
    },
    send: async (http, { Ann, Bob, Alpha }) => {
      const path = projectPath(http, Alpha, '/collaborators');
      const added = await http.by(Ann, ['POST', path, { email: http.email(Bob) }]);
      return added.status >= 300 ? added : http.by(Ann, ['PATCH', `${path}/${http.id(Bob)}`, { role: 'admin' }]);
    },
  }),

  says('Ann makes Bob <an admin|a member|an editor> in Alpha', {
    may: ['collaborator:update-role', 'Alpha'],
    tell: (pure, { Bob, Alpha, choice }) =>
      changeRole(pure, { project: pure.project(Alpha), person: Bob }, roleOf(choice)),
    send: (http, { Ann, Bob, Alpha, choice }) =>
      http.by(Ann, ['PATCH', projectPath(http, Alpha, `/collaborators/${http.id(Bob)}`), { role: roles[choice] }]),
  }),

  says('Ann joins Alpha', {
    may: ['project:join', 'Alpha'],
    tell: (pure, { Ann, Alpha }) => {
      const role = pure.world.live.membership(accountId(Ann))?.current?.role;
      pure.world.projectJoined(pure.project(Alpha), Ann, role === 'member' ? 'member' : 'admin');
    },
    send: (http, { Ann, Alpha }) => http.by(Ann, ['POST', projectPath(http, Alpha, '/join')]),
  }),

  says('Ann leaves Alpha', {
    may: ['project:leave', 'Alpha'],
    tell: (pure, { Ann, Alpha }) => pure.world.projectLeft(pure.project(Alpha), Ann),
    send: (http, { Ann, Alpha }) => http.by(Ann, ['POST', projectPath(http, Alpha, '/leave')]),
  }),

  says('Ann changes the slug of Alpha', {
    may: ['project:change-slug', 'Alpha'],
    tell: (pure, { Alpha }) =>
      pure.world.happened('project', projectId(pure.project(Alpha)), {
        type: 'ProjectSlugChanged',
        data: { slug: 'another' },
      }),
    send: (http, { Ann, Alpha }) =>
      http.by(Ann, ['PATCH', projectPath(http, Alpha), { slug: `s-${http.id(Alpha).slice(5).toLowerCase()}` }]),
  }),

  says('Ann removes Bob from Alpha', {
    may: ['collaborator:remove', 'Alpha'],
    tell: (pure, { Bob, Alpha }) => pure.world.collaboratorRemoved(pure.project(Alpha), Bob),
    send: (http, { Ann, Bob, Alpha }) =>
      http.by(Ann, ['DELETE', projectPath(http, Alpha, `/collaborators/${http.id(Bob)}`)]),
  }),
];
