import { Body, Controller, HttpCode, Post } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import type * as t from 'io-ts';
import { ApiKeys, type KeyDocument, RevokeKeys } from '#libs/api-keys';
import { LiveState } from '#libs/authorization';
import type { CommandContext, Position } from '#libs/event-store';
import { type AccountId, type ApiKeyId, E, notFound, timestampOf } from '#libs/kernel';
import { ReadSide } from '#libs/read-models';
import { ForPersonOrOperator } from '../http/access.guard.js';
import { type Answer } from '../http/answer.js';
import { confinementOf } from '../http/authentication.js';
import type { Caller } from '../http/caller.js';
import { decode } from '../http/decode.js';
import { Head } from '../http/head.js';
import { PositionTokens } from '../http/position-token.js';
import { BegunAt, Calling, Context } from '../http/request.decorators.js';
import { Refused } from '../http/refused.js';
import { Settled } from '../http/settled.js';
import { Answers } from '../openapi/answers.js';
import { RevokedKeys } from '../openapi/key-shapes.js';
import { inParts, MeantKeys, Selection } from './meant-keys.js';
import { type ApiKey, ShownKeys } from './shown-keys.js';

/** Many at once, when something has leaked or somebody is not trusted any more (KEY-43). */
@Controller('v1/api-keys/revoke')
export class ApiKeyRevocationsController {
  constructor(
    private readonly commands: CommandBus,
    private readonly meant: MeantKeys,
    private readonly keys: ApiKeys,
    private readonly shown: ShownKeys,
    private readonly live: LiveState,
    private readonly head: Head,
    private readonly readSide: ReadSide,
    private readonly settled: Settled,
    private readonly tokens: PositionTokens,
  ) {}

  @Post()
  @ForPersonOrOperator()
  @HttpCode(200)
  @Answers('Revoke many API keys at once; one revoked before is told of only if named by its secret', RevokedKeys)
  async revoke(
    @Body(decode(Selection)) selection: Selection,
    @Calling() caller: Caller,
    @Context() context: CommandContext,
    @BegunAt() begunAt: Position | undefined,
  ): Answer<t.TypeOf<typeof RevokedKeys>> {
    const by = this.whoMay(caller, selection);
    const head = await this.head.reached();
    if (E.isLeft(head)) return head;
    const inProject = 'projectId' in selection ? selection.projectId : null;
    const organizations = confinementOf(caller);
    const home = inProject === null ? undefined : this.live.project(inProject)?.organizationId;
    if (inProject !== null && organizations !== null && !organizations.some((id) => id === home))
      return E.left(notFound('project'));
    const seeker = { reader: by ?? 'operator', organizations, begunAt: begunAt ?? head.right } as const;
    const { keys, legacy, unknown } = await this.meant.of(selection, seeker);
    const readAt = this.readSide.position;
    const live = keys.flatMap(({ id, revokedAt }) => (revokedAt === null ? [id] : []));
    const done = await this.commands.execute(new RevokeKeys(context, by, live, { readAt, inProject }));
    return this.settled.after(done, async ({ revoked }) => {
      // Nothing happens to a key after its revocation: its last change is that.
      const dead = keys.flatMap(({ id, revokedAt, changed }) =>
        revokedAt === null ? [] : [{ id, position: changed }],
      );
      const positions = new Map([...dead, ...revoked].map(({ id, position }) => [id, position]));
      return E.right({ revoked: await this.show(keys, positions), legacy, unknown });
    });
  }

  /** In the order in which they were found, a part of them at a time. */
  private async show(keys: ReadonlyArray<KeyDocument>, positions: ReadonlyMap<ApiKeyId, Position>) {
    const shown: Array<ApiKey & { readonly position: string }> = [];
    for await (const part of inParts(keys)) {
      const told = part.flatMap(({ id }) => {
        const found = this.keys.get('operator', id, timestampOf(Date.now()));
        return E.isLeft(found) || !positions.has(id) ? [] : [found.right];
      });
      for (const key of await this.shown.all(told))
        shown.push({ ...key, position: this.tokens.encode(positions.get(key.id) ?? this.readSide.position) });
    }
    return shown;
  }

  /** Secrets are the operator's to name: whoever holds one could find out whose it is. The rest is a person's, by PRM-29. */
  private whoMay({ credential, person }: Caller, selection: Selection): AccountId | null {
    const bySecret = 'secrets' in selection;
    if (bySecret && person === null && credential.type === 'operator') return null;
    if (bySecret)
      throw new Refused({
        _tag: 'Forbidden',
        action: 'operator',
        detail: 'Keys are revoked by their secrets by the operator alone, without Writ-Act-As.',
      });
    if (person === null)
      throw new Refused({
        _tag: 'Forbidden',
        action: 'act-as',
        detail: 'This is for a person: name them in Writ-Act-As.',
      });
    return person;
  }
}
