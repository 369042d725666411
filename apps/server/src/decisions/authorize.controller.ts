import { Body, Controller, HttpCode, Post } from '@nestjs/common';
import { KeySettings } from '#libs/api-keys';
import { confinedTo, decide, type Decision, LiveState } from '#libs/authorization';
import { E } from '#libs/kernel';
import { Freshness, ReadSide } from '#libs/read-models';
import { ForScope } from '../http/access.guard.js';
import { reply } from '../http/answer.js';
import { confinementOf } from '../http/authentication.js';
import type { Caller } from '../http/caller.js';
import { decode } from '../http/decode.js';
import { AsksOnly } from '../http/asks-only.js';
import { PositionTokens } from '../http/position-token.js';
import { Calling } from '../http/request.decorators.js';
import { Answers } from '../openapi/answers.js';
import { Decision as DecisionShape } from '../openapi/decision-shapes.js';
import { AuthorizeBody, projectOf, questionOf } from './question.js';

/** "May this key or person do this here?": answered from memory, with no write and no cache of answers. */
@Controller('v1')
export class AuthorizeController {
  constructor(
    private readonly live: LiveState,
    private readonly freshness: Freshness,
    private readonly readSide: ReadSide,
    private readonly settings: KeySettings,
    private readonly tokens: PositionTokens,
  ) {}

  @Post('authorize')
  @ForScope('decisions')
  @AsksOnly()
  @HttpCode(200)
  @Answers('Ask whether a key or a person may do something', DecisionShape)
  authorize(@Body(decode(AuthorizeBody)) body: AuthorizeBody, @Calling() caller: Caller) {
    const question = questionOf(body, this.settings.prefix);
    if (E.isLeft(question)) return question;
    const facts = confinedTo(this.live, confinementOf(caller), projectOf(question.right));
    const moment = { now: Date.now(), stale: this.freshness.isStale() };
    const decision = decide(facts, question.right, moment);
    return E.right(reply(this.shown(decision), { position: this.readSide.position }));
  }

  private shown({ decision, reason, principal, attribution, evidence }: Decision) {
    const cited = evidence.map(({ position, type }) => ({ position: this.tokens.encode(position), type }));
    return { decision, reason, principal, attribution, evidence: cited };
  }
}
