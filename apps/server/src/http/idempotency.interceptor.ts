import { type CallHandler, type ExecutionContext, type NestInterceptor } from '@nestjs/common';
import { type Reflector } from '@nestjs/core';
import type { FastifyRequest } from 'fastify';
import { catchError, from, mergeMap, type Observable, of } from 'rxjs';
import type { StreamName } from '#libs/event-store';
import { E } from '#libs/kernel';
import { reply, Reply } from './answer.js';
import { asksOnly } from './asks-only.js';
import type { Caller } from './caller.js';
import { type Begun, type Idempotency, type Remembered } from './idempotency.js';
import type { Personal } from './personal.js';
import { type Failure, problems } from './problem.catalogue.js';
import { pathOf } from './refusals.js';
import { malformed, Refused } from './refused.js';
import { isRepeatable } from './repeatable.js';

type Run = Extract<Begun, { _tag: 'Run' }>;

const isKey = /^[\x21-\x7e]{1,255}$/u;

/** Remembers the answers of POSTs that carry an `Idempotency-Key`, and gives them again. */
export class IdempotencyInterceptor implements NestInterceptor {
  constructor(
    private readonly reflector: Reflector,
    private readonly idempotency: Idempotency,
    private readonly personal: Personal,
  ) {}

  async intercept(context: ExecutionContext, next: CallHandler): Promise<Observable<unknown>> {
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    const key = request.headers['idempotency-key'];
    const asks = asksOnly(this.reflector, context) || isRepeatable(context.getHandler());
    if (key === undefined || request.method !== 'POST' || asks || request.caller === undefined) return next.handle();
    if (typeof key !== 'string' || !isKey.test(key))
      throw malformed('Idempotency-Key: expected 1 to 255 visible ASCII characters');
    const parts = [credentialOf(request.caller), request.caller.person ?? '', 'POST', pathOf(request.url), key];
    const stream = this.idempotency.streamOf(parts);
    const begun = await this.idempotency.begin(stream, this.idempotency.hmac(canonical(request.body)));
    if (E.isLeft(begun)) throw new Refused(begun.left);
    const run = begun.right;
    switch (run._tag) {
      case 'InUse':
        throw new Refused({ _tag: 'IdempotencyKeyInUse' });
      case 'Reused':
        throw new Refused({ _tag: 'IdempotencyKeyReused' });
      case 'Replay':
        return of(await this.replay(run.remembered));
      case 'Run':
        request.commandId = run.commandId;
        request.begunAt = run.begunAt;
        return next.handle().pipe(
          mergeMap(async (answer: unknown) => {
            await this.remember(stream, run, answer);
            return answer;
          }),
          catchError((thrown: unknown) =>
            from(
              this.end(stream, run, thrown instanceof Refused ? thrown.failure : undefined).then(() => {
                throw thrown;
              }),
            ),
          ),
        );
    }
  }

  /** A refusal gives the key back; an unknown outcome keeps it, so that the retry finishes the same command. */
  private async end(stream: StreamName, run: Run, failure: Failure | undefined): Promise<void> {
    if (failure !== undefined && problems[failure._tag].status < 500) await this.idempotency.release(stream, run);
    else this.idempotency.abandon(stream);
  }

  private async remember(stream: StreamName, run: Run, answer: unknown): Promise<void> {
    // What a controller answers with is an `Answer`: the interceptor behind this one takes it apart.
    const settled = answer as E.Either<Failure, unknown>;
    if (E.isLeft(settled)) {
      await this.end(stream, run, settled.left);
      return;
    }
    const answered = settled.right instanceof Reply ? settled.right : reply(settled.right);
    const position = answered.beside.position?.toString() ?? null;
    await this.idempotency.complete(stream, run, { ...withoutSecrets(answered.body), position });
  }

  private async replay({ body, personId, position }: Remembered): Promise<Reply<unknown>> {
    const beside = {
      headers: { 'idempotent-replayed': 'true' },
      ...(position === null ? {} : { position: BigInt(position) }),
    };
    if (personId === null) return reply(body, beside);
    const fields = await this.personal.of(personId)();
    if (E.isLeft(fields)) throw new Refused(fields.left);
    return reply({ ...(body as object), ...fields.right }, beside);
  }
}

const credentialOf = ({ credential }: Caller): string =>
  credential.type === 'service' ? credential.token.id : credential.type;

/** The same JSON value, whatever the order of its fields. */
const canonical = (value: unknown): string =>
  JSON.stringify(value ?? null, (_, field: unknown) =>
    typeof field === 'object' && field !== null && !Array.isArray(field)
      ? Object.fromEntries(Object.entries(field).sort(([one], [other]) => (one < other ? -1 : 1)))
      : field,
  );

/** What may lie in the log: secrets are gone for good; what is personal is looked up again by the id it belongs to. */
const withoutSecrets = (body: unknown): Omit<Remembered, 'position'> => {
  if (typeof body !== 'object' || body === null) return { body: body ?? null, personId: null };
  const isPersonal = 'email' in body;
  const hidden = new Set(isPersonal ? ['secret', 'token', 'email', 'name'] : ['secret', 'token']);
  const shown = Object.entries(body).map(([name, value]: [string, unknown]) => [name, hidden.has(name) ? null : value]);
  const { accountId, id } = body as { readonly accountId?: string; readonly id?: string };
  return { body: Object.fromEntries(shown) as unknown, personId: isPersonal ? (accountId ?? id ?? null) : null };
};
