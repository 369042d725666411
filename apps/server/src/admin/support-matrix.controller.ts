import { Body, Controller, Get, Put } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import * as t from 'io-ts';
import type { CommandContext } from '#libs/event-store';
import { E, exact } from '#libs/kernel';
import { ReviseSupportMatrix, SupportMatrices } from '#libs/resources';
import { ForOperator, ForReader } from '../http/access.guard.js';
import { type Answer, reply } from '../http/answer.js';
import { decode } from '../http/decode.js';
import { etagOf } from '../http/etag.js';
import { Lists } from '../http/list.js';
import { PositionTokens } from '../http/position-token.js';
import { Context } from '../http/request.decorators.js';
import { Settled } from '../http/settled.js';
import { Answers } from '../openapi/answers.js';
import { GivenSupportRow, SupportMatrix } from '../openapi/resource-shapes.js';
import { faultsInTable, wholeTable } from './support-rows.js';

const Table = exact({ rows: t.readonlyArray(GivenSupportRow) });
type Table = t.TypeOf<typeof Table>;
type Shown = t.TypeOf<typeof SupportMatrix>;

/** Which kinds of resource know projects: data with a date, that may change any day (RES-04). */
@Controller('v1/support-matrix')
export class SupportMatrixController {
  constructor(
    private readonly commands: CommandBus,
    private readonly matrices: SupportMatrices,
    private readonly settled: Settled,
    private readonly lists: Lists,
    private readonly tokens: PositionTokens,
  ) {}

  @Put()
  @ForOperator()
  @Answers('Revise the support table, the whole of it, from the next decision on', SupportMatrix)
  async revise(@Body(decode(Table)) { rows }: Table, @Context() context: CommandContext): Answer<Shown> {
    const wrong = faultsInTable(rows, '/rows');
    if (wrong !== undefined) return E.left(wrong);
    return this.settled.after(await this.commands.execute(new ReviseSupportMatrix(context, wholeTable(rows))), () =>
      this.shown(),
    );
  }

  @Get()
  @ForReader()
  @Answers('Read the support table', SupportMatrix, { etag: true })
  get() {
    const body = this.shown();
    return E.right(reply(body, { etag: etagOf(this.matrices.get().changed, body), position: this.lists.position }));
  }

  /** `position` is that of the revision: decisions go by it from there on. */
  private shown(): Shown {
    const { rows, revisedAt, changed } = this.matrices.get();
    return { rows, revisedAt, position: this.tokens.encode(changed) };
  }
}
