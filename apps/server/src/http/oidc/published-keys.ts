import { createLocalJWKSet, type JSONWebKeySet, type JWTVerifyGetKey } from 'jose';
import * as t from 'io-ts';
import { E } from '#libs/kernel';
import { isTrustworthy, type OidcIssuer } from '../../config-variables.js';

/** The issuer can't be asked for its keys: nothing is known of the token, neither good nor bad. */
export class IssuerUnavailable extends Error {
  override readonly name = 'IssuerUnavailable';
}

/** In ms: how long the issuer may take for all that it is asked. */
const PATIENCE = 5_000;

/** In bytes, of one document: what is behind an address of others may have no end. */
const LIMIT = 256 * 1024;

/** OpenID Connect Discovery 1.0 §3: what is needed of it. */
const Metadata = t.type({ issuer: t.string, jwks_uri: t.string });

/** An issuer on the network never gets this server to ask something on this machine, where anybody may listen. */
const mayHoldKeys = (address: string, issuer: string): boolean =>
  isTrustworthy(address) && [new URL(address).protocol, 'http:'].includes(new URL(issuer).protocol);

const bytesOf = async ({ body }: Response): Promise<Buffer> => {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of (body ?? []) as AsyncIterable<Uint8Array>) {
    length += chunk.byteLength;
    // What was compressed counts unpacked. Leaving the loop lets go of the connection.
    if (length > LIMIT) throw new IssuerUnavailable('it answers with more than 256 KiB');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
};

/** Nowhere else than asked: a redirect would let another host name the keys. */
const document = async (address: string, signal: AbortSignal): Promise<unknown> => {
  const response = await fetch(address, { redirect: 'error', signal, headers: { accept: 'application/json' } });
  if (response.status !== 200) {
    await response.body?.cancel();
    throw new IssuerUnavailable(`it answers ${response.status}`);
  }
  return JSON.parse((await bytesOf(response)).toString()) as unknown;
};

/** What the issuer publishes now: its metadata names where its keys are. */
export const publishedKeys = async ({ issuer }: OidcIssuer): Promise<JWTVerifyGetKey> => {
  const signal = AbortSignal.timeout(PATIENCE);
  const metadata = Metadata.decode(
    await document(`${issuer.replace(/\/$/u, '')}/.well-known/openid-configuration`, signal),
  );
  // §4.3: the metadata of another issuer would let that one sign for this.
  if (E.isLeft(metadata) || metadata.right.issuer !== issuer)
    throw new IssuerUnavailable('it publishes no metadata of its own');
  if (!mayHoldKeys(metadata.right.jwks_uri, issuer)) throw new IssuerUnavailable('its keys are not behind https');
  return createLocalJWKSet((await document(metadata.right.jwks_uri, signal)) as JSONWebKeySet);
};
