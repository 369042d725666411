import { hash } from 'node:crypto';
import * as t from 'io-ts';
import { classify } from '#libs/api-keys';
import type { Question, Subject } from '#libs/authorization';
import { E, exact, exactWith } from '#libs/kernel';
import type { InvalidRequest } from '../http/http.failures.js';

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

/**
 * What a secret comes to for the decision: its SHA-256, or null for one that can't be ours. What has our prefix and
 * not our form is malformed without a look-up; what has another form may be a key that another system made.
 */
export const credentialSubject = (secret: string, prefix: string): Subject => {
  const kind = classify(secret);
  const malformed = kind === 'wrong-checksum' || (kind === 'foreign' && secret.startsWith(`${prefix}_`));
  return { type: 'credential', digest: malformed ? null : hash('sha256', secret, 'hex') };
};

const fault = (pointer: string, detail: string): InvalidRequest => ({
  _tag: 'InvalidRequest',
  errors: [{ pointer, detail }],
});

/** A question is about a credential or a subject, never both; a person's channel is `ui` unless said, a key's `api`. */
export const questionOf = (body: AuthorizeBody, prefix: string): E.Either<InvalidRequest, Question> => {
  const { credential, subject: named, action, resource } = body;
  if (credential !== undefined && named !== undefined)
    return E.left(fault('/subject', 'given beside "credential": ask about one of them'));
  const subject = credential === undefined ? named : credentialSubject(credential, prefix);
  if (subject === undefined) return E.left(fault('/credential', 'expected "credential", or "subject" in its place'));
  const channel = body.channel ?? (subject.type === 'user' ? 'ui' : 'api');
  return E.right({ subject, action, resource, channel });
};

/** The project that a question names. */
export const projectOf = ({ resource: { type, id, projectId } }: Question): string | undefined =>
  type === 'project' ? id : projectId;
