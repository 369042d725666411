import { Controller, Get, HttpCode, Param, Post } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import type * as t from 'io-ts';
import { IssueLegacyKey, LegacyKeys, RegenerateLegacyKey, RevealLegacyKey } from '#libs/api-keys';
import type { Reader } from '#libs/authorization';
import type { CommandContext } from '#libs/event-store';
import { type AccountId, E, OrganizationId, timestampOf } from '#libs/kernel';
import { ForOperator, ForPerson, ForReader } from '../http/access.guard.js';
import { type Answer, reply } from '../http/answer.js';
import type { Caller } from '../http/caller.js';
import { decodeId } from '../http/decode.js';
import { etagOf } from '../http/etag.js';
import { Lists } from '../http/list.js';
import { Refused } from '../http/refused.js';
import { Calling, Context, Person, Reading } from '../http/request.decorators.js';
import { Settled } from '../http/settled.js';
import { Answers } from '../openapi/answers.js';
import { IssuedLegacyKey, LegacyKey, RegeneratedLegacyKey, RevealedSecret } from '../openapi/key-shapes.js';
import { ShownKeys } from './shown-keys.js';

const ofOrganization = Param('organizationId', decodeId(OrganizationId));

/** The one key of an organization that is older than projects: the operator issues it, and its owner alone has it (KEY-29). */
@Controller('v1/organizations/:organizationId/legacy-key')
export class LegacyKeysController {
  constructor(
    private readonly commands: CommandBus,
    private readonly legacyKeys: LegacyKeys,
    private readonly shown: ShownKeys,
    private readonly settled: Settled,
    private readonly lists: Lists,
  ) {}

  @Post()
  @ForOperator()
  @Answers('Give an organization its legacy key, once', IssuedLegacyKey)
  async issue(
    @ofOrganization organizationId: OrganizationId,
    @Context() context: CommandContext,
  ): Answer<t.TypeOf<typeof IssuedLegacyKey>> {
    const done = await this.commands.execute(new IssueLegacyKey(context, organizationId));
    return this.settled.after(done, ({ id, secretVersion }) => ({ id, secretVersion }));
  }

  @Get()
  @ForReader()
  @Answers('Read about the legacy key of an organization', LegacyKey, { etag: true })
  async get(
    @ofOrganization organizationId: OrganizationId,
    @Reading() reader: Reader,
  ): Answer<t.TypeOf<typeof LegacyKey>> {
    const found = this.legacyKeys.get(reader, organizationId, timestampOf(Date.now()));
    if (E.isLeft(found)) return found;
    const body = await this.shown.legacy(found.right);
    return E.right(reply(body, { etag: etagOf(found.right.changed, body), position: this.lists.position }));
  }

  @Post('regenerate')
  @ForPerson()
  @HttpCode(200)
  @Answers('Give the legacy key another secret; the one before it is refused from now on', RegeneratedLegacyKey)
  async regenerate(
    @ofOrganization organizationId: OrganizationId,
    @Person() by: AccountId,
    @Calling() caller: Caller,
    @Context() context: CommandContext,
  ): Answer<t.TypeOf<typeof RegeneratedLegacyKey>> {
    neverThroughService(caller, 'legacy-key:regenerate');
    const done = await this.commands.execute(new RegenerateLegacyKey(context, by, organizationId));
    return this.settled.after(done, ({ id, secretVersion, secret }) => ({ id, secretVersion, secret }));
  }

  @Post('reveal')
  @ForPerson()
  @HttpCode(200)
  @Answers('Show the secret of the legacy key again, which is recorded', RevealedSecret)
  async reveal(
    @ofOrganization organizationId: OrganizationId,
    @Person() by: AccountId,
    @Calling() caller: Caller,
    @Context() context: CommandContext,
  ): Answer<t.TypeOf<typeof RevealedSecret>> {
    neverThroughService(caller, 'legacy-key:read');
    const done = await this.commands.execute(new RevealLegacyKey(context, by, organizationId));
    return this.settled.after(done, ({ secret }) => ({ secret }));
  }
}

const neverThroughService = ({ credential }: Caller, action: string): void => {
  if (credential.type !== 'service') return;
  const detail = 'A service token never reveals nor regenerates a legacy key, whomever it acts for.';
  throw new Refused({ _tag: 'Forbidden', action, detail });
};
