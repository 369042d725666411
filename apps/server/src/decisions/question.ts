import * as t from 'io-ts';
import { E, exact, exactWith } from '#libs/kernel';
import type { InvalidRequest } from '../http/http.failures.js';
import type { Asked } from './decisions.js';

const Text = t.string;

/** The body of `POST /v1/authorize`. */
export const AuthorizeBody = exactWith(
  { action: Text, resource: exactWith({ type: Text }, { id: Text, projectId: Text }) },
  {
    credential: Text,
    subject: exact({ type: t.keyof({ user: null, api_key: null }), id: Text }),
    channel: t.keyof({ api: null, ui: null, playground: null }),
    context: t.UnknownRecord,
  },
);
export type AuthorizeBody = t.TypeOf<typeof AuthorizeBody>;

const fault = (pointer: string, detail: string): InvalidRequest => ({
  _tag: 'InvalidRequest',
  errors: [{ pointer, detail }],
});

/** A question is about a credential or a subject, never both. */
export const questionOf = (body: AuthorizeBody): E.Either<InvalidRequest, Asked> => {
  const { credential, subject, action, resource, channel, context } = body;
  const asked = { action, resource, channel, ip: context?.ip };
  if (credential !== undefined && subject !== undefined)
    return E.left(fault('/subject', 'given beside "credential": ask about one of them'));
  if (credential !== undefined) return E.right({ about: { credential }, ...asked });
  if (subject !== undefined) return E.right({ about: { subject }, ...asked });
  return E.left(fault('/credential', 'expected "credential", or "subject" in its place'));
};
