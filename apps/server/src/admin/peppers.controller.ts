import { Body, Controller, Get, Param, Put } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import * as t from 'io-ts';
import { PepperEncoding, PepperName, Peppers, readPepper, StorePepper } from '#libs/api-keys';
import type { CommandContext } from '#libs/event-store';
import { E, exactWith } from '#libs/kernel';
import { ForOperator } from '../http/access.guard.js';
import { type Answer, reply } from '../http/answer.js';
import { decode, decodeId, decodeParam } from '../http/decode.js';
import { etagOf } from '../http/etag.js';
import { Lists, PageQuery } from '../http/list.js';
import { Asked } from '../http/query.guard.js';
import { Context } from '../http/request.decorators.js';
import { Settled } from '../http/settled.js';
import { Answers } from '../openapi/answers.js';
import { Pepper } from '../openapi/import-shapes.js';
import { listOf } from '../openapi/shapes.js';

const Value = exactWith({ secret: t.string }, { encoding: PepperEncoding });

/** What other systems keyed their digests with. It is shown to nobody, and never changed: the keys imported with it would be lost. */
@Controller('v1/imports/peppers')
export class PeppersController {
  constructor(
    private readonly commands: CommandBus,
    private readonly peppers: Peppers,
    private readonly settled: Settled,
    private readonly lists: Lists,
  ) {}

  @Put(':name')
  @ForOperator()
  @Answers('Store a pepper, before the keys that need it are imported', Pepper)
  async store(
    @Param('name', decodeParam('name', PepperName)) name: PepperName,
    @Body(decode(Value)) { secret, encoding = 'utf8' }: t.TypeOf<typeof Value>,
    @Context() context: CommandContext,
  ): Answer<t.TypeOf<typeof Pepper>> {
    const value = readPepper(secret, encoding);
    if ('fault' in value)
      return E.left({ _tag: 'InvalidRequest', errors: [{ pointer: '/secret', detail: value.fault }] });
    const done = await this.commands.execute(new StorePepper(context, name, value));
    return this.settled.after(done, () => Promise.resolve(this.peppers.get(name)));
  }

  @Get()
  @ForOperator()
  @Answers('List peppers, by name alone', listOf(Pepper))
  list(@Asked(PageQuery) query: PageQuery) {
    const path = '/v1/imports/peppers';
    const part = this.lists.part(path, query);
    return E.isLeft(part) ? part : E.right(this.lists.body(path, query, this.peppers.page(part.right)));
  }

  @Get(':name')
  @ForOperator()
  @Answers('Read whether there is a pepper of a name', Pepper, { etag: true })
  get(@Param('name', decodeId(PepperName)) name: PepperName) {
    const found = this.peppers.get(name);
    if (E.isLeft(found)) return found;
    const etag = etagOf(this.peppers.changed, found.right);
    return E.right(reply(found.right, { etag, position: this.lists.position }));
  }
}
