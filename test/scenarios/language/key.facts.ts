import type { HttpStage } from '../stages/http-stage.js';
import { says } from './sentence.js';

const hour = 3_600_000;

const ends = {
  'in an hour': hour,
  'in a day': 24 * hour,
  'an hour ago': -hour,
};

const durations = {
  'Half an hour passes': hour / 2,
  'An hour passes': hour,
  'A day passes': 24 * hour,
  'Six days pass': 6 * 24 * hour,
};

const overlaps = { 'an hour': hour, 'a day': 24 * hour };

const legacyPath = (http: HttpStage, organization: string, rest = '') =>
  `/v1/organizations/${http.id(organization)}/legacy-key${rest}`;

const keyPath = (http: HttpStage, name: string) => `/v1/api-keys/${http.id(name)}`;

/** What happens to keys, and the time that passes meanwhile. */
export const keyFacts = [
  says('Ann makes the key "Ci" in Alpha', {
    introduces: ['Ci'],
    may: ['api-key:create', 'Alpha'],
    tell: (pure, { Ci, Alpha }) => pure.key(Ci, { in: pure.project(Alpha) }),
    send: (http, { Ann, Ci, Alpha }) =>
      http.by(Ann, ['POST', `/v1/projects/${http.id(Alpha)}/api-keys`, { name: Ci }], Ci),
  }),

  says('Ann makes the key "Ci" in Alpha, to end <in an hour|in a day|an hour ago>', {
    introduces: ['Ci'],
    may: ['api-key:create', 'Alpha'],
    tell: (pure, { Ci, Alpha, choice }) =>
      pure.key(Ci, { in: pure.project(Alpha), expiresAt: pure.timeIn(ends[choice]) }),
    send: (http, { Ann, Ci, Alpha, choice }) =>
      http.by(
        Ann,
        ['POST', `/v1/projects/${http.id(Alpha)}/api-keys`, { name: Ci, expiresAt: http.timeIn(ends[choice]) }],
        Ci,
      ),
  }),

  says('Ann lets the key "Ci" end <in an hour|in a day|an hour ago>', {
    may: ['api-key:update', 'Ci'],
    tell: (pure, { Ci, choice }) => pure.world.keyExpires(Ci, pure.timeIn(ends[choice])),
    send: (http, { Ann, Ci, choice }) =>
      http.by(Ann, ['PATCH', keyPath(http, Ci), { expiresAt: http.timeIn(ends[choice]) }]),
  }),

  says('Ann lets the key "Ci" live on without end', {
    may: ['api-key:update', 'Ci'],
    tell: (pure, { Ci }) => pure.world.keyExpires(Ci, null),
    send: (http, { Ann, Ci }) => http.by(Ann, ['PATCH', keyPath(http, Ci), { expiresAt: null }]),
  }),

  says('Ann revokes the key "Ci"', {
    may: ['api-key:revoke', 'Ci'],
    tell: (pure, { Ci }) => pure.world.keyRevoked(Ci),
    send: (http, { Ann, Ci }) => http.by(Ann, ['DELETE', keyPath(http, Ci)]),
  }),

  says('Ann rotates the key "Ci" to "Cd"', {
    introduces: ['Cd'],
    may: ['api-key:create', 'Ci'],
    tell: (pure, { Ci, Cd }) => pure.keyRotated(Ci, Cd),
    send: (http, { Ann, Ci, Cd }) => http.by(Ann, ['POST', `${keyPath(http, Ci)}/rotate`], Cd),
  }),

  says('Ann rotates the key "Ci" to "Cd", which overlaps it for <an hour|a day>', {
    introduces: ['Cd'],
    may: ['api-key:create', 'Ci'],
    tell: (pure, { Ci, Cd, choice }) => pure.keyRotated(Ci, Cd, pure.timeIn(overlaps[choice])),
    send: (http, { Ann, Ci, Cd, choice }) =>
      http.by(Ann, ['POST', `${keyPath(http, Ci)}/rotate`, { overlapSeconds: overlaps[choice] / 1_000 }], Cd),
  }),

  says('Acme is issued its legacy key, whose secret Ann is shown: "Ci"', {
    introduces: ['Ci'],
    tell: (pure, { Acme, Ci }) => {
      pure.legacySecret(Ci, Acme);
      pure.world.legacyKey(Acme, Ci).legacyRevealed(Acme);
    },
    send: async (http, { Ann, Acme, Ci }) => {
      await http.byOperator(['POST', legacyPath(http, Acme)], Ci);
      return http.by(Ann, ['POST', legacyPath(http, Acme, '/reveal')], Ci);
    },
  }),

  says('Ann regenerates the legacy key of Acme: "Ci"', {
    introduces: ['Ci'],
    may: ['legacy-key:regenerate', 'Acme'],
    tell: (pure, { Acme, Ci }) => {
      pure.legacySecret(Ci, Acme);
      pure.world.legacyRegenerated(Acme, Ci);
    },
    send: (http, { Ann, Acme, Ci }) => http.by(Ann, ['POST', legacyPath(http, Acme, '/regenerate')], Ci),
  }),

  says('Ann has the legacy key of Acme revealed', {
    may: ['legacy-key:read', 'Acme'],
    tell: ({ world }, { Acme }) => world.legacyRevealed(Acme),
    send: (http, { Ann, Acme }) => http.by(Ann, ['POST', legacyPath(http, Acme, '/reveal')]),
  }),

  says('Ann revokes the legacy key "Ci" of Acme', {
    may: ['legacy-key:revoke', 'Acme'],
    tell: () => undefined,
    send: (http, { Ann, Ci }) => http.by(Ann, ['DELETE', keyPath(http, Ci)]),
  }),

  says('<Half an hour passes|An hour passes|A day passes|Six days pass>', {
    tell: (pure, { choice }) => pure.pass(durations[choice]),
    send: (http, { choice }) => {
      http.pass(durations[choice]);
      return http.byOperator(['GET', '/healthz']);
    },
  }),
];
