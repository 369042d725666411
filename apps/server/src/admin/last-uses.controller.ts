import { Controller, Get, Param } from '@nestjs/common';
import type * as t from 'io-ts';
import { ApiKeys, LegacyKeys } from '#libs/api-keys';
import type { Reader } from '#libs/authorization';
import { ApiKeyId, E, OrganizationId, timestampOf } from '#libs/kernel';
import { KeyUses } from '#libs/key-uses';
import { ForReader } from '../http/access.guard.js';
import { type Answer, reply } from '../http/answer.js';
import { decodeId } from '../http/decode.js';
import { Lists } from '../http/list.js';
import { Reading } from '../http/request.decorators.js';
import { Answers } from '../openapi/answers.js';
import { LastUse } from '../openapi/key-shapes.js';
import { knownView } from './views.js';

/** When and from where a key was last used, as far as that is known: for whoever may list it, and a legacy key's owner. */
@Controller('v1')
export class LastUsesController {
  constructor(
    private readonly keys: ApiKeys,
    private readonly legacyKeys: LegacyKeys,
    private readonly uses: KeyUses,
    private readonly lists: Lists,
  ) {}

  @Get('api-keys/:keyId/last-use')
  @ForReader()
  @Answers('Read when an API key was last used, and from where', LastUse)
  async ofKey(
    @Param('keyId', decodeId(ApiKeyId)) id: ApiKeyId,
    @Reading() reader: Reader,
  ): Answer<t.TypeOf<typeof LastUse>> {
    const found = this.keys.get(reader, id, timestampOf(Date.now()));
    return E.isLeft(found) ? found : this.lastUse(id);
  }

  @Get('organizations/:organizationId/legacy-key/last-use')
  @ForReader()
  @Answers('Read when the legacy key of an organization was last used, and from where', LastUse)
  async ofLegacyKey(
    @Param('organizationId', decodeId(OrganizationId)) organizationId: OrganizationId,
    @Reading() reader: Reader,
  ): Answer<t.TypeOf<typeof LastUse>> {
    const found = this.legacyKeys.get(reader, organizationId, timestampOf(Date.now()));
    return E.isLeft(found) ? found : this.lastUse(found.right.id);
  }

  private async lastUse(id: ApiKeyId): Answer<t.TypeOf<typeof LastUse>> {
    const known = await this.uses.known()();
    if (E.isLeft(known)) return known;
    const uses = await this.uses.of([id])();
    if (E.isLeft(uses)) return uses;
    const use = uses.right.get(id);
    const lastUsedAt = use === undefined ? null : timestampOf(use.at);
    return E.right(
      reply({ lastUsedAt, ip: use?.ip ?? null, ...knownView(known.right) }, { position: this.lists.position }),
    );
  }
}
