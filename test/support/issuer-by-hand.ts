import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { CompactSign, type CryptoKey, exportJWK, generateKeyPair, type JWK } from 'jose';

export interface SigningKey {
  readonly alg: string;
  readonly kid: string;
  readonly publicKey: CryptoKey;
  readonly privateKey: CryptoKey;
  /** As a key set has it. */
  readonly jwk: JWK;
}

export const signingKey = async (kid: string, alg = 'ES256'): Promise<SigningKey> => {
  const { publicKey, privateKey } = await generateKeyPair(alg, { extractable: true });
  return { alg, kid, publicKey, privateKey, jwk: { ...(await exportJWK(publicKey)), alg, kid, use: 'sig' } };
};

type Fields = Readonly<Record<string, unknown>>;

/** Whatever is asked for, however wrong. A field that is undefined is left out. */
export const signed = (claims: Fields, key: SigningKey, header: Fields = {}): Promise<string> => {
  const protectedHeader = { alg: key.alg, kid: key.kid, ...header } as { alg: string };
  const critical = Object.fromEntries(Object.keys(header).map((name) => [name, true]));
  return new CompactSign(new TextEncoder().encode(JSON.stringify(claims)))
    .setProtectedHeader(protectedHeader)
    .sign(key.privateKey, { crit: critical });
};

/** In seconds, as a token has it: so long from now. */
export const fromNow = (seconds: number): number => Math.floor(Date.now() / 1000) + seconds;

/** An issuer whose every answer can be replaced, while it runs too. */
export interface HandMadeIssuer {
  readonly url: string;
  readonly key: SigningKey;
  /** The paths that it was asked for, in their order. */
  readonly asked: string[];
  /** What it publishes; `key` alone at first. */
  published: ReadonlyArray<JWK>;
  metadata: RequestListener;
  keySet: RequestListener;
  /** A token as it makes them for this audience; a claim that is undefined is left out. */
  sign(claims?: Fields, header?: Fields, key?: SigningKey): Promise<string>;
  close(): Promise<void>;
}

export const answering =
  (body: unknown, status = 200): RequestListener =>
  (_, response) => {
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  };

export const redirecting =
  (location: string): RequestListener =>
  (_, response) => {
    response.writeHead(302, { location }).end();
  };

export const hanging: RequestListener = () => undefined;

/** A body that begins well and does not end. */
export const endless: RequestListener = (_, response) => {
  response.writeHead(200, { 'content-type': 'application/json' });
  const space = Buffer.alloc(64 * 1024, ' ');
  const pour = (): void => {
    while (!response.destroyed && response.write(space));
  };
  response.on('drain', pour);
  pour();
};

/** A body of which a byte comes now and then. */
export const trickling: RequestListener = (_, response) => {
  response.writeHead(200, { 'content-type': 'application/json' });
  const timer = setInterval(() => response.write(' '), 100);
  response.on('close', () => {
    clearInterval(timer);
  });
};

/** `path`: what its address has behind the port. */
export const startHandMadeIssuer = async ({ path = '', alg = 'ES256' } = {}): Promise<HandMadeIssuer> => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`;
  const base = url.replace(/\/$/u, '');
  const key = await signingKey('first', alg);
  const issuer: HandMadeIssuer = {
    url,
    key,
    asked: [],
    published: [key.jwk],
    metadata: answering({ issuer: url, jwks_uri: `${base}/keys` }),
    keySet: (request, response) => {
      answering({ keys: issuer.published })(request, response);
    },
    sign: (claims = {}, header = {}, by = key) => {
      const usual = { iss: url, aud: 'writ', sub: 'somebody', iat: fromNow(0), exp: fromNow(300) };
      return signed({ ...usual, ...claims }, by, header);
    },
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  server.on('request', (request, response) => {
    const asked = request.url ?? '';
    issuer.asked.push(asked);
    if (asked.endsWith('/.well-known/openid-configuration')) issuer.metadata(request, response);
    else if (asked.endsWith('/keys')) issuer.keySet(request, response);
    else response.writeHead(404).end();
  });
  return issuer;
};
