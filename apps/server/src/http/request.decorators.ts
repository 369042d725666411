import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { Reader } from '#libs/authorization';
import { type CommandContext, newCommandId, type Position } from '#libs/event-store';
import { type AccountId, E, timestampOf } from '#libs/kernel';
import { actorOf, type Caller } from './caller.js';
import { etagMatches } from './etag.js';
import { ifMatch } from './preconditions.js';
import { Refused } from './refused.js';

const requestOf = (context: ExecutionContext): FastifyRequest => context.switchToHttp().getRequest<FastifyRequest>();

const callerOf = (context: ExecutionContext): Caller => {
  const { caller } = requestOf(context);
  if (caller === undefined) throw new Refused({ _tag: 'Unauthenticated', credential: 'missing' });
  return caller;
};

/** Who calls. */
export const Calling = createParamDecorator((_: unknown, context: ExecutionContext): Caller => callerOf(context));

/** The person who calls, or who is acted for. */
export const Person = createParamDecorator((_: unknown, context: ExecutionContext): AccountId => {
  const { person } = callerOf(context);
  if (person === null) throw new Refused({ _tag: 'Forbidden', action: 'act-as' });
  return person;
});

/** The person, or the operator. */
export const Reading = createParamDecorator((_: unknown, context: ExecutionContext): Reader => {
  const { person, credential } = callerOf(context);
  if (person !== null) return person;
  if (credential.type === 'operator') return 'operator';
  throw new Refused({ _tag: 'Forbidden', action: 'act-as' });
});

/** Where the log was when this command was first begun, by this attempt or one before it; undefined where none can have been before it. */
export const BegunAt = createParamDecorator(
  (_: unknown, context: ExecutionContext): Position | undefined => requestOf(context).begunAt,
);

/** What a command needs besides its content: its id, who and through what, when, and the caller's `If-Match`. */
export const Context = createParamDecorator((_: unknown, context: ExecutionContext): CommandContext => {
  const request = requestOf(context);
  const tags = ifMatch(request.headers['if-match']);
  if (E.isLeft(tags)) throw new Refused(tags.left);
  const wanted = tags.right;
  return {
    ...(request.commandId === undefined
      ? { commandId: newCommandId(), fresh: true }
      : { commandId: request.commandId }),
    ...actorOf(callerOf(context)),
    requestId: request.id,
    at: timestampOf(Date.now()),
    ...(wanted === undefined ? {} : { unchangedSince: (position: bigint) => etagMatches(wanted, position) }),
  };
});
