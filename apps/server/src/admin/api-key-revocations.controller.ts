import { Body, Controller, HttpCode, Post } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import * as t from 'io-ts';
import { ApiKeys, Credentials, RevokeKeys } from '#libs/api-keys';
import { LiveState } from '#libs/authorization';
import { type CommandContext, EventStore, type Position } from '#libs/event-store';
import { AccountId, type ApiKeyId, E, exact, notFound, ProjectId, timestampOf } from '#libs/kernel';
import { ReadSide } from '#libs/read-models';
import { ForPersonOrOperator } from '../http/access.guard.js';
import { type Answer } from '../http/answer.js';
import { confinementOf } from '../http/authentication.js';
import type { Caller } from '../http/caller.js';
import { decode } from '../http/decode.js';
import { atLeastOne } from '../http/fields.js';
import { PATIENCE } from '../http/min-position.js';
import type { Failure } from '../http/problem.catalogue.js';
import { PositionTokens } from '../http/position-token.js';
import { Calling, Context } from '../http/request.decorators.js';
import { Refused } from '../http/refused.js';
import { Settled } from '../http/settled.js';
import { Answers } from '../openapi/answers.js';
import { RevokedKeys } from '../openapi/key-shapes.js';
import { ShownKeys } from './shown-keys.js';

/** Which keys are meant: one project's, one maker's, or those whose secrets leaked. */
const Selection = t.union([
  exact({ projectId: ProjectId }),
  exact({ createdBy: AccountId }),
  exact({ secrets: atLeastOne(t.string, 'a list of at least one secret') }),
]);
type Selection = t.TypeOf<typeof Selection>;

interface Meant {
  readonly ids: ReadonlyArray<ApiKeyId>;
  /** By secret: legacy keys, which are regenerated and never revoked (KEY-31), and where in the list no key was found. */
  readonly legacy: ReadonlyArray<ApiKeyId>;
  readonly unknown: ReadonlyArray<number>;
}

const none = { legacy: [], unknown: [] };

/** Many at once, when something has leaked or somebody is not trusted any more (KEY-43). */
@Controller('v1/api-keys/revoke')
export class ApiKeyRevocationsController {
  constructor(
    private readonly commands: CommandBus,
    private readonly keys: ApiKeys,
    private readonly shown: ShownKeys,
    private readonly credentials: Credentials,
    private readonly live: LiveState,
    private readonly store: EventStore,
    private readonly readSide: ReadSide,
    private readonly settled: Settled,
    private readonly tokens: PositionTokens,
  ) {}

  @Post()
  @ForPersonOrOperator()
  @HttpCode(200)
  @Answers('Revoke many API keys at once, and say from which position each is refused', RevokedKeys)
  async revoke(
    @Body(decode(Selection)) selection: Selection,
    @Calling() caller: Caller,
    @Context() context: CommandContext,
  ): Answer<t.TypeOf<typeof RevokedKeys>> {
    const by = this.whoMay(caller, selection);
    const reached = await this.atHead();
    if (E.isLeft(reached)) return reached;
    const inProject = 'projectId' in selection ? selection.projectId : null;
    const organizations = confinementOf(caller);
    const inside = (organizationId: string | undefined) =>
      organizations === null || organizations.some((id) => id === organizationId);
    if (inProject !== null && !inside(this.live.project(inProject)?.organizationId)) return E.left(notFound('project'));
    const { ids, legacy, unknown } = this.meant(selection);
    const confined = ids.filter((id) => inside(this.live.key(id)?.organizationId));
    const done = await this.commands.execute(
      new RevokeKeys(context, by, confined, { readAt: reached.right, inProject }),
    );
    return this.settled.after(done, async ({ revoked, position }) => {
      const positions = new Map(revoked.map((each) => [each.id, each.position]));
      const keys = revoked.flatMap(({ id }) => {
        const found = this.keys.get('operator', id, timestampOf(Date.now()));
        return E.isLeft(found) ? [] : [found.right];
      });
      const shown = (await this.shown.all(keys)).map((key) => ({
        ...key,
        position: this.tokens.encode(positions.get(key.id) ?? position),
      }));
      return E.right({ revoked: shown, legacy, unknown });
    });
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

  /** Which keys there are is told by this node's state: which first has to have everything that is in the log. */
  private async atHead(): Promise<E.Either<Failure, Position>> {
    const head = await this.store.head()();
    if (E.isLeft(head)) return head;
    return (await this.readSide.reached(head.right, PATIENCE)) ? head : E.left({ _tag: 'PositionNotReached' });
  }

  private meant(selection: Selection): Meant {
    if ('projectId' in selection) return { ids: this.keys.idsOfProject(selection.projectId), ...none };
    if ('createdBy' in selection) return { ids: this.keys.idsMadeBy(selection.createdBy), ...none };
    const presented = selection.secrets.map((secret) => this.credentials.present(secret));
    // What can't be looked up yet is not unknown: nobody is told of a key that leaked that there is none.
    if (presented.some(({ pending }) => pending)) throw new Refused({ _tag: 'StateTooOld' });
    const found = presented.map(({ key }) => key);
    const idsOf = (legacy: boolean) => [...new Set(found.flatMap((key) => (key?.legacy === legacy ? [key.id] : [])))];
    const unknown = found.flatMap((key, index) => (key === undefined ? [index] : []));
    return { ids: idsOf(false), legacy: idsOf(true), unknown };
  }
}
