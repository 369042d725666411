import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair } from 'jose';

/** Someone whom an issuer can sign in. */
export interface IssuerPerson {
  readonly sub: string;
  readonly email: string;
  readonly email_verified: boolean;
}

export interface Tokens {
  readonly idToken: string;
  readonly accessToken: string;
}

export interface Issuer {
  /** Its address, as `iss` has it. */
  readonly url: string;
  /** Signs somebody in as a browser and an application do: by the authorization code flow, with PKCE. */
  signIn(person: IssuerPerson): Promise<Tokens>;
  close(): Promise<void>;
}

export const AUDIENCE = 'writ';
const RESOURCE = 'urn:writ';
const CALLBACK = 'http://127.0.0.1/callback';
/** RFC 7636, appendix B. */
const pkce = {
  verifier: 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk',
  challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
};

/** The package wants a newer Node than ours for this one function. */
const addUrlParse = (): void => {
  const parse = (text: string): URL | null => (URL.canParse(text) ? new URL(text) : null);
  if (!('parse' in URL)) Object.assign(URL, { parse });
};

const configurationOf = (people: ReadonlyMap<string, IssuerPerson>, key: object) => ({
  clients: [
    {
      client_id: AUDIENCE,
      application_type: 'native',
      token_endpoint_auth_method: 'none',
      redirect_uris: [CALLBACK],
      grant_types: ['authorization_code'],
      response_types: ['code'],
    },
  ],
  jwks: { keys: [key] },
  cookies: { keys: ['of no importance'] },
  claims: { openid: ['sub'], email: ['email', 'email_verified'] },
  conformIdTokenClaims: false,
  findAccount: (_: unknown, sub: string) => ({ accountId: sub, claims: () => people.get(sub) ?? { sub } }),
  extraTokenClaims: (_: unknown, { accountId }: { readonly accountId: string }) => {
    const { email, email_verified } = people.get(accountId) ?? {};
    return { email, email_verified };
  },
  ttl: { AccessToken: 600, IdToken: 600, AuthorizationCode: 60, Grant: 600, Interaction: 600, Session: 600 },
  renderError: (context: { body?: unknown }, out: unknown) => {
    context.body = JSON.stringify(out);
  },
  features: {
    devInteractions: { enabled: false },
    resourceIndicators: {
      enabled: true,
      getResourceServerInfo: () => ({ audience: AUDIENCE, accessTokenFormat: 'jwt', scope: 'use' }),
    },
  },
});

/** Follows an address with the cookies that it is given on the way, until the application is called back. */
const codeOf = async (start: URL): Promise<string> => {
  const cookies = new Map<string, string>();
  for (let at = start; ;) {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const response = await fetch(at, { redirect: 'manual', headers: { cookie } });
    for (const line of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/u.exec(line) ?? [];
      cookies.set(name, value);
    }
    const text = await response.text();
    const location = response.headers.get('location');
    if (location === null) throw new Error(`${at.pathname}: ${response.status} ${text}`);
    at = new URL(location, at);
    if (at.pathname !== '/callback') continue;
    const code = at.searchParams.get('code');
    if (code === null) throw new Error(at.search);
    return code;
  }
};

const tokensFor = async (url: string, sub: string): Promise<Tokens> => {
  const asked = {
    client_id: AUDIENCE,
    response_type: 'code',
    scope: 'openid email use',
    resource: RESOURCE,
    redirect_uri: CALLBACK,
    code_challenge: pkce.challenge,
    code_challenge_method: 'S256',
    login_hint: sub,
  };
  const code = await codeOf(new URL(`${url}/auth?${new URLSearchParams(asked).toString()}`));
  const response = await fetch(`${url}/token`, {
    method: 'POST',
    body: new URLSearchParams({
      client_id: AUDIENCE,
      grant_type: 'authorization_code',
      resource: RESOURCE,
      code,
      redirect_uri: CALLBACK,
      code_verifier: pkce.verifier,
    }),
  });
  const { id_token: idToken, access_token: accessToken } = (await response.json()) as Record<string, string>;
  if (idToken === undefined || accessToken === undefined) throw new Error(`no tokens: ${response.status}`);
  return { idToken, accessToken };
};

/** It warns of an older Node than it wants, and of people who are kept in memory: both are meant. */
const withoutWarnings = async <A>(done: () => Promise<A>): Promise<A> => {
  const { warn } = console;
  console.warn = () => undefined;
  try {
    return await done();
  } finally {
    console.warn = warn;
  }
};

/** An OpenID provider as others run them, on a free port of this machine. */
export const startIssuer = async (): Promise<Issuer> => {
  addUrlParse();
  const people = new Map<string, IssuerPerson>();
  const { privateKey } = await generateKeyPair('RS256', { extractable: true });
  const key = { ...(await exportJWK(privateKey)), use: 'sig', alg: 'RS256', kid: 'of-the-provider' };

  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const provider = await withoutWarnings(async () => {
    const { default: Provider } = await import('oidc-provider');
    return new Provider(url, configurationOf(people, key));
  });
  const serve = provider.callback();

  /** Where a person would type their password and agree: whoever is hinted at is let in. */
  const interact = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { params } = await provider.interactionDetails(request, response);
    const accountId = params['login_hint'] ?? '';
    const grant = new provider.Grant({ accountId, clientId: AUDIENCE });
    grant.addOIDCScope('openid email');
    grant.addResourceScope(RESOURCE, 'use');
    const result = { login: { accountId }, consent: { grantId: await grant.save() } };
    await provider.interactionFinished(request, response, result);
  };
  server.on('request', (request, response) => {
    if (request.url?.startsWith('/interaction/') === true)
      interact(request, response).catch((error: unknown) => response.destroy(error as Error));
    else serve(request, response);
  });

  return {
    url,
    signIn: (person) => {
      people.set(person.sub, person);
      return tokensFor(url, person.sub);
    },
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
};
