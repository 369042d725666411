import type { Resource } from '#libs/authorization';
import { E } from '#libs/kernel';
import type { InvalidRequest } from '../http/http.failures.js';
import type { Asked } from './decisions.js';

type Headers = Readonly<Record<string, ReadonlyArray<string> | undefined>>;

/** A header that is there once. A proxy that adds to its caller's, where it should set its own, has not said anything. */
export const onlyHeader = (headers: Headers, name: string): string | undefined =>
  headers[name]?.length === 1 ? headers[name][0] : undefined;

const action = /^[a-z][a-z-]*:[a-z][a-z-]*$/u;
const resource = /^(?<type>[a-z][a-z-]*)(?:\/(?<id>.*))?$/su;
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Node gives a header's bytes one by one, as characters. */
const textOf = (bytes: string): string | undefined => {
  try {
    return utf8.decode(Buffer.from(bytes, 'latin1'));
  } catch {
    return undefined;
  }
};

/** An id is taken to the byte. An empty one is an id too, of nothing: never the kind as a whole. */
const resourceOf = (bytes: string): Resource | undefined => {
  const { type, id } = resource.exec(textOf(bytes) ?? '')?.groups ?? {};
  return type === undefined ? undefined : { type, id };
};

const fault = (detail: string): E.Either<InvalidRequest, never> =>
  E.left({ _tag: 'InvalidRequest', errors: [{ pointer: '', detail }] });

/** The question that a proxy asks in headers. */
export const questionOfProxy = (headers: Headers): E.Either<InvalidRequest, Omit<Asked, 'about'>> => {
  const [asked, of] = [onlyHeader(headers, 'x-writ-action'), onlyHeader(headers, 'x-writ-resource')];
  if (asked === undefined || !action.test(asked))
    return fault('X-Writ-Action: expected one action, as "file:read", set by the proxy');
  const found = of === undefined ? undefined : resourceOf(of);
  if (found === undefined)
    return fault('X-Writ-Resource: expected one kind, or "<kind>/<id>" in UTF-8, set by the proxy');
  return E.right({ action: asked, resource: found, ip: onlyHeader(headers, 'x-writ-client-ip') });
};
