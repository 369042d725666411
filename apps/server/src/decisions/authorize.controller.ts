import { Body, Controller, HttpCode, Post } from '@nestjs/common';
import { E } from '#libs/kernel';
import { ReadSide } from '#libs/read-models';
import { ForScope } from '../http/access.guard.js';
import { reply } from '../http/answer.js';
import { AsksOnly } from '../http/asks-only.js';
import { confinementOf } from '../http/authentication.js';
import type { Caller } from '../http/caller.js';
import { decode } from '../http/decode.js';
import { PositionTokens } from '../http/position-token.js';
import { Calling } from '../http/request.decorators.js';
import { Answers } from '../openapi/answers.js';
import { Decision as DecisionShape } from '../openapi/decision-shapes.js';
import { decisionView } from './decision-view.js';
import { Decisions } from './decisions.js';
import { AuthorizeBody, questionOf } from './question.js';

/** "May this key or person do this here?": answered from memory, with no write and no cache of answers. */
@Controller('v1')
export class AuthorizeController {
  constructor(
    private readonly decisions: Decisions,
    private readonly readSide: ReadSide,
    private readonly tokens: PositionTokens,
  ) {}

  @Post('authorize')
  @ForScope('decisions')
  @AsksOnly()
  @HttpCode(200)
  @Answers('Ask whether a key or a person may do something', DecisionShape)
  authorize(@Body(decode(AuthorizeBody)) body: AuthorizeBody, @Calling() caller: Caller) {
    const asked = questionOf(body);
    if (E.isLeft(asked)) return asked;
    const decision = this.decisions.decide(asked.right, confinementOf(caller));
    return E.right(reply(decisionView(decision, this.tokens), { position: this.readSide.position }));
  }
}
