import type { SupportRow } from '#libs/resources/events';
import type { HttpStage } from '../stages/http-stage.js';
import { says } from './sentence.js';

const path = (http: HttpStage, project: string, id: string) => `/v1/projects/${http.id(project)}/resources/file/${id}`;

/** What each revision changes; the rest of the table stays. */
const revisions = {
  'honours projects of storage by key': { storage: { key: true } },
  'honours no project of files by key': { file: { key: false } },
  'honours projects of files in the UI': { file: { ui: true } },
  'gives code interpreters a UI': { 'code-interpreter': { ui: false } },
  'takes the UI of code interpreters': { 'code-interpreter': { ui: null } },
  'takes the UI of files': { file: { ui: null } },
  'lists the organization for storage': { storage: { listingScope: 'organization' } },
} as const satisfies Readonly<Record<string, Readonly<Record<string, Partial<SupportRow>>>>>;

const revise = async (http: HttpStage, changes: Readonly<Record<string, Partial<SupportRow>>>) => {
  const { body } = await http.client.get<{ readonly rows: ReadonlyArray<SupportRow> }>('/v1/support-matrix');
  const rows = body.rows.map((row) => ({ ...row, ...changes[row.kind] }));
  return http.byOperator(['PUT', '/v1/support-matrix', { rows }]);
};

/** Which resource is which project's, and which kinds know projects. */
export const resourceFacts = [
  says('Ann registers the file "<weights|corpus>" in Alpha', {
    may: ['file:create', 'Alpha'],
    tell: (pure, { Alpha, choice }) => pure.world.resource('file', choice, { in: pure.project(Alpha) }),
    send: (http, { Ann, Alpha, choice }) => http.by(Ann, ['PUT', path(http, Alpha, choice)]),
  }),

  says('Ann removes the file "<weights|corpus>" from Alpha', {
    may: ['file:delete', 'Alpha'],
    tell: (pure, { Alpha, choice }) => pure.world.resourceRemoved('file', choice, { in: pure.project(Alpha) }),
    send: (http, { Ann, Alpha, choice }) => http.by(Ann, ['DELETE', path(http, Alpha, choice)]),
  }),

  says('A service registers the file "<weights|corpus>" in Alpha', {
    tell: (pure, { Alpha, choice }) => pure.world.resource('file', choice, { in: pure.project(Alpha) }),
    send: (http, { Alpha, choice }) => http.byOperator(['PUT', path(http, Alpha, choice)]),
  }),

  says('A service removes the file "<weights|corpus>" from Alpha', {
    tell: (pure, { Alpha, choice }) => pure.world.resourceRemoved('file', choice, { in: pure.project(Alpha) }),
    send: (http, { Alpha, choice }) => http.byOperator(['DELETE', path(http, Alpha, choice)]),
  }),

  says(
    'The support table <honours projects of storage by key|honours no project of files by key|honours projects of files in the UI|gives code interpreters a UI|takes the UI of code interpreters|takes the UI of files|lists the organization for storage>',
    {
      needsAServer: true,
      tell: (pure, { choice }) => pure.world.tableRevised(revisions[choice]),
      send: (http, { choice }) => revise(http, revisions[choice]),
    },
  ),
];
