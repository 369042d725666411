import { Validator } from '@seriousme/openapi-schema-validator';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { E } from '#libs/kernel';
import type { OpenApi, Operation } from '../../apps/server/src/openapi/openapi.js';
import { type Route, routesOf } from '../../apps/server/src/openapi/routes.js';
import { ServerModule } from '../../apps/server/src/server.module.js';
import { anyOfSchema } from '../support/any-of-schema.js';
import { compilerOf, documentOf } from '../support/api-document.js';
import { everyRoute } from '../support/every-route.js';
import { expectFaults } from '../support/problem.js';
import { type For, rows } from '../support/route-rows.js';
import { routesServedBy } from '../support/served-routes.js';
import { startTestServer, type TestServer } from '../support/test-server.js';

const roles = ['admin', 'decisions', 'audit'] as const;

let server: TestServer;
let served: ReadonlyArray<string>;
let document: OpenApi;
let declared: ReadonlyArray<Route>;

beforeAll(async () => {
  [server, served] = await routesServedBy(() => startTestServer());
  document = await documentOf(server.client.url);
  const { controllers = [] } = ServerModule.of(server.server.engine, new Set(roles), true);
  declared = routesOf(controllers as Parameters<typeof routesOf>[0]);
});
afterAll(() => server.remove());

const operations = (): ReadonlyArray<readonly [name: string, operation: Operation]> =>
  Object.entries(document.paths).flatMap(([path, of]) =>
    Object.entries(of).map(([method, operation]) => [`${method.toUpperCase()} ${path}`, operation] as const),
  );

const refsIn = (value: unknown): ReadonlyArray<string> => {
  if (typeof value !== 'object' || value === null) return [];
  const own = '$ref' in value && typeof value.$ref === 'string' ? [value.$ref] : [];
  return [...own, ...Object.values(value).flatMap(refsIn)];
};

describe('the document', () => {
  it('is OpenAPI 3.1', async () => {
    const { valid, errors } = await new Validator().validate(structuredClone(document) as never);
    expect(errors).toBeUndefined();
    expect(valid).toBe(true);
    expect(document.openapi).toMatch(/^3\.1\./u);
  });

  it('refers to nothing that is not there, and has nothing that is not referred to', () => {
    const refs = new Set(refsIn(document));
    const there = Object.entries(document.components)
      .filter(([kind]) => kind !== 'securitySchemes')
      .flatMap(([kind, named]) => Object.keys(named).map((name) => `#/components/${kind}/${name}`));
    expect([...refs].filter((ref) => !there.includes(ref))).toEqual([]);
    const unused = there.filter((ref) => !refs.has(ref));
    expect(unused.filter((ref) => !ref.startsWith('#/components/responses/'))).toEqual([]);
  });

  it('has schemas that compile, strictly, and none that takes anything', () => {
    const compile = compilerOf(document);
    for (const [name, schema] of Object.entries(document.components.schemas)) {
      expect([name, typeof compile(schema)]).toEqual([name, 'function']);
      expect([name, Object.keys(schema).length > 0]).toEqual([name, true]);
    }
    expect(JSON.stringify(document)).not.toMatch(/"(?:schema|items)":\{\}/u);
  });

  it('has every route that is served, and no other', async () => {
    expect((await everyRoute(server.client)).map(({ name }) => name).sort()).toEqual(served);
  });

  it('names each operation once, in a line', () => {
    const all = operations().map(([, operation]) => operation);
    expect(new Set(all.map(({ operationId }) => operationId)).size).toBe(all.length);
    for (const { operationId, summary } of all) {
      expect(operationId).toMatch(/^[a-z][A-Za-z]+$/u);
      expect(summary).toMatch(/^[A-Z][^\n]{5,90}[^.\n]$/u);
    }
  });

  it('says whom each operation is for as the contract does', async () => {
    const words: Readonly<Record<For, string>> = {
      anyone: 'anyone',
      key: 'key',
      proxy: 'proxy',
      operator: 'operator',
      person: 'person',
      reader: 'reader',
      decisions: 'scope:decisions',
      identity: 'scope:identity',
      audit: 'scope:audit',
      'person or operator': 'person-or-operator',
      'person or identity': 'person or scope:identity',
      'person or audit': 'person or scope:audit',
      'person or resources': 'person or scope:resources',
    };
    const said = (await everyRoute(server.client)).map((route) => [route.name, route.for, route.isPublic]);
    const wanted = Object.entries(rows).map(([name, row]) => [name, words[row.for], row.for === 'anyone']);
    expect(said.sort()).toEqual(wanted.sort());
  });

  it('has a body or a query where the route decodes one', () => {
    for (const { name, path, method, body, query, params } of declared) {
      const operation = document.paths[path]?.[method.toLowerCase()];
      const parameters = operation?.parameters.flatMap((each) => ('in' in each ? [each] : [])) ?? [];
      expect([name, operation?.requestBody !== undefined]).toEqual([name, body !== undefined]);
      expect([name, parameters.some((each) => each.in === 'query')]).toEqual([name, query !== undefined]);
      expect([name, parameters.filter((each) => each.in === 'path').length]).toEqual([name, params.length]);
    }
  });

  it('says `429` of whatever works on history, and of nothing else: a page of the trail is as any list', () => {
    const bounded = operations().filter(([, { responses }]) => '429' in responses);
    const audits = operations().filter(([name]) => name.includes(' /v1/audit/') && name !== 'GET /v1/audit/events');
    expect(audits.length).toBeGreaterThan(7);
    expect(bounded.map(([name]) => name)).toEqual(audits.map(([name]) => name));
  });

  it('is where the server is, or where it is said to be', async () => {
    expect(document.servers).toEqual([{ url: server.client.url }]);
    const elsewhere = await startTestServer({ env: { WRIT_PUBLIC_URL: 'https://writ.example.com/' } });
    const { servers } = await documentOf(elsewhere.client.url);
    await elsewhere.remove();
    expect(servers).toEqual([{ url: 'https://writ.example.com' }]);
  });

  it.each(roles)('of a process with the role "%s" alone is of what that serves', async (role) => {
    const [one, routes] = await routesServedBy(() => startTestServer({ env: { WRIT_ROLES: role } }));
    const said = await everyRoute(one.client);
    await one.remove();
    expect(said.map(({ name }) => name).sort()).toEqual(routes);
    expect(routes.length).toBeLessThan(served.length);
  });

  it('leaves health out where it has a port of its own', async () => {
    const [one] = await routesServedBy(() => startTestServer({ env: { WRIT_OPS_PORT: '0' } }));
    const said = (await everyRoute(one.client)).map(({ name }) => name);
    await one.remove();
    expect(said).toContain('GET /openapi.json');
    expect(said).not.toContain('GET /healthz');
  });

  it('needs no credential, and takes no query', async () => {
    for (const path of ['/openapi.json', '/docs']) {
      expect((await server.client.get(path, { token: null })).status).toBe(200);
      expect((await server.client.get(path, { token: 'bad' })).status).toBe(200);
      expectFaults(await server.client.get(`${path}?a=1`), ['/a']);
    }
  });
});

/** The shapes of the contract, field by field. */
const shapes: Readonly<Record<string, string>> = {
  Account: 'id email name provider status:active|blocked|deleted organizationId createdAt',
  Organization:
    'id name ownerId defaultProjectId legacyKeyId features privacy membershipMethod:invitation|sso status:active|suspended createdAt',
  Member: 'accountId email name role:owner|admin|member joinedAt',
  Invitation: 'id email status:pending|accepted|revoked|expired|superseded expiresAt createdAt',
  Project:
    'id organizationId name slug visibility:open|closed|private isDefault allowExternalCollaborators status:active|archived createdAt',
  Collaborator:
    'accountId email name role:admin|member kind:member|external via:row|org-role|default-project suspended addedAt',
  ApiKey:
    'id projectId name hint status:active|expired|revoked|superseded createdBy createdAt expiresAt revokedAt revokedBy lastUsedAt replaces replacedBy',
  Resource: 'kind id projectId name createdAt',
  Pepper: 'name createdAt',
  SupportMatrix: 'rows revisedAt position',
  Decision: 'decision reason principal attribution evidence',
  AuditEvent: 'id position type at actor via requestId organizationId projectId data',
};

describe('what is answered', () => {
  const fieldsOf = (name: string): ReadonlyArray<string> => {
    const { properties, required } = document.components.schemas[name] as {
      readonly properties: Readonly<Record<string, { readonly enum?: ReadonlyArray<string> }>>;
      readonly required: ReadonlyArray<string>;
    };
    expect(Object.keys(properties).sort()).toEqual([...required].sort());
    return Object.entries(properties).map(([field, schema]) =>
      schema.enum === undefined ? field : `${field}:${schema.enum.join('|')}`,
    );
  };

  it.each(Object.entries(shapes))('%s has the fields of the contract, all of them always', (name, fields) => {
    expect([...fieldsOf(name)].sort()).toEqual(fields.split(' ').sort());
  });

  it('is what the thing is, and its secret, where one is made', () => {
    expect([...fieldsOf('NewApiKey')].sort()).toEqual([...fieldsOf('ApiKey'), 'secret'].sort());
    expect([...fieldsOf('NewInvitation')].sort()).toEqual([...fieldsOf('Invitation'), 'token'].sort());
    expect([...fieldsOf('NewServiceToken')].sort()).toEqual([...fieldsOf('ServiceToken'), 'token'].sort());
  });

  it('is a page, where a page is asked for', () => {
    const lists = operations().filter(([, { parameters }]) =>
      parameters.some((each) => 'in' in each && each.name === 'cursor'),
    );
    expect(lists.length).toBeGreaterThan(7);
    const pageFields = ['complete', 'items', 'nextCursor', 'position'];
    for (const [name, { responses }] of lists) {
      const [ref = ''] = refsIn(responses['200']).filter((each) => each.startsWith('#/components/schemas/'));
      expect([name, [...fieldsOf(ref.slice('#/components/schemas/'.length))].sort()]).toEqual([
        name,
        // A report says, too, how much is known.
        [...(name.endsWith('-report') ? ['knownSince', 'reportedBy'] : []), ...pageFields].sort(),
      ]);
    }
  });

  it('says whose key it is in the spelling of KEY-40, and refuses one in that of ERR-02', () => {
    expect([...fieldsOf('Whoami')].sort()).toEqual(
      [
        'api_key_id',
        'organization_id',
        'organization_name',
        'project_id',
        'project_name',
        'project_slug',
        'user_id',
      ].sort(),
    );
    const { responses } = document.paths['/v1/whoami']?.['get'] as Operation;
    expect(refsIn(responses['401'])).toContain('#/components/schemas/KeyRefused');
    expect(document.components.schemas['KeyRefused']).toMatchObject({
      properties: {
        error: { properties: { type: { const: 'invalid_request_error' }, code: { const: 'invalid_api_key' } } },
      },
    });
  });
});

/** How often each was taken: a check that only ever sees one outcome checks nothing. */
const outcomes = { taken: 0, refused: 0 };
const counted = (isTaken: boolean): boolean => {
  outcomes[isTaken ? 'taken' : 'refused'] += 1;
  return isTaken;
};

describe('what a request may have', () => {
  it('in its body is what the route’s codec takes, and nothing else', () => {
    const compile = compilerOf(document);
    for (const { name, path, method, body } of declared) {
      if (body === undefined) continue;
      const content = document.paths[path]?.[method.toLowerCase()]?.requestBody?.content;
      const schema = content?.[body.as]?.schema ?? {};
      const validate = compile(schema);
      fc.assert(
        fc.property(anyOfSchema(document, schema), (value) => {
          expect([name, value, validate(value)]).toEqual([name, value, counted(E.isRight(body.codec.decode(value)))]);
        }),
        { numRuns: 500 },
      );
    }
    expect(Math.min(outcomes.taken, outcomes.refused)).toBeGreaterThan(1_000);
  });

  it('in its path and its query is, too', () => {
    const compile = compilerOf(document);
    const text = fc.oneof(fc.constantFrom('user_1', 'org_1', 'proj_1', 'key_1', 'svc_1', 'asc', 'desc'), fc.string());
    const numbers = fc.integer({ min: -1, max: 4_000 }).map(String);
    for (const { path, method, params, query } of declared) {
      const parameters = document.paths[path]?.[method.toLowerCase()]?.parameters ?? [];
      // Each of these is one of some words, or a time, or any text.
      const needed = Object.fromEntries(
        parameters.flatMap((each) => {
          if (!('in' in each) || each.in !== 'query' || !each.required) return [];
          const { $ref, enum: words } = each.schema;
          const otherwise = $ref === '#/components/schemas/IsoTime' ? '2026-01-31T12:00:00Z' : 'x';
          return [[each.name, Array.isArray(words) ? String(words[0]) : otherwise]];
        }),
      );
      for (const parameter of parameters) {
        if (!('in' in parameter) || parameter.in === 'header') continue;
        const { name, schema } = parameter;
        const validate = compile(schema);
        const param = params.find(([each]) => each === name)?.[1];
        const isNumber = ['limit', 'within'].includes(name);
        fc.assert(
          fc.property(isNumber ? numbers : text, (value) => {
            const decoded = param === undefined ? query?.decode({ ...needed, [name]: value }) : param.decode(value);
            const isTaken = decoded !== undefined && E.isRight(decoded);
            expect([path, name, value, validate(isNumber ? Number(value) : value)]).toEqual([
              path,
              name,
              value,
              isTaken,
            ]);
          }),
          { numRuns: 200 },
        );
      }
    }
  });
});

describe('/docs', () => {
  let page: string;
  let headers: Headers;
  beforeAll(async () => {
    const response = await fetch(`${server.client.url}/docs`);
    [page, headers] = [await response.text(), response.headers];
  });

  it('shows every operation with its parameters, and every shape', () => {
    for (const [name, { operationId, summary, parameters, responses }] of operations()) {
      const start = page.indexOf(`<section id="${operationId}">`);
      const section = page.slice(start, page.indexOf('</section>', start));
      expect([name, start > 0]).toEqual([name, true]);
      expect(section).toContain(`<code>${name}</code>`);
      expect(section).toContain(summary);
      for (const parameter of parameters)
        if ('in' in parameter) expect(section).toContain(`<code>${parameter.name}</code>`);
      for (const status of Object.keys(responses)) if (status !== 'default') expect(section).toContain(`>${status}<`);
    }
    for (const shape of Object.keys(document.components.schemas)) expect(page).toContain(`id="shape-${shape}"`);
  });

  it('leads nowhere that is not on it', () => {
    const ids = new Set([...page.matchAll(/ id="([^"]+)"/gu)].map(([, id]) => id));
    const links = [...page.matchAll(/ href="#([^"]+)"/gu)].map(([, id]) => id);
    expect(links.length).toBeGreaterThan(operations().length);
    expect(links.filter((id) => !ids.has(id))).toEqual([]);
  });

  it('runs nothing, loads nothing, and is in no frame', () => {
    expect(headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(page).not.toMatch(/<script|<link|<img|<iframe|\son\w+=|\sstyle=|javascript:|@import|url\(/iu);
    expect([...page.matchAll(/(?:href|src)="([^"#][^"]*)"/gu)].map(([, to]) => to)).toEqual(['openapi.json']);
    const policy = headers.get('content-security-policy') ?? '';
    for (const rule of ["default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'", "form-action 'none'"])
      expect(policy).toContain(rule);
    expect(policy).not.toMatch(/unsafe|\*|https?:/u);
  });

  it('has its one style allowed by its digest', async () => {
    const style = /<style>([\s\S]*?)<\/style>/u.exec(page)?.[1] ?? '';
    const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(style));
    expect(headers.get('content-security-policy')).toContain(`'sha256-${Buffer.from(digest).toString('base64')}'`);
  });
});
