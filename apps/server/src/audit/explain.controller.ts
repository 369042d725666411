import { Body, Controller, HttpCode, Post } from '@nestjs/common';
import * as t from 'io-ts';
import { Explanations } from '#libs/audit';
import { LiveState } from '#libs/authorization';
import { E, exactWith } from '#libs/kernel';
import { ForPersonOr } from '../http/access.guard.js';
import { type Answer, reply } from '../http/answer.js';
import { AsksOnly } from '../http/asks-only.js';
import { IsBounded } from '../http/bounded.interceptor.js';
import type { Caller } from '../http/caller.js';
import { decode } from '../http/decode.js';
import { PositionTokens } from '../http/position-token.js';
import { Calling } from '../http/request.decorators.js';
import { Answers } from '../openapi/answers.js';
import { Explanation } from '../openapi/explain-shapes.js';
import { AuditAccess } from './audit-access.js';
import { PastQuestion, pastQuestionOf } from './evaluation.controller.js';
import { AtText, Moments } from './moments.js';
import { Sights } from './sight.js';

const ExplainBody = exactWith(PastQuestion.needed, { ...PastQuestion.optional, at: AtText });
type ExplainBody = t.TypeOf<typeof ExplainBody>;

/** Decisions of now and of any moment of the past, told for people who never saw a log. */
@Controller('v1/audit')
export class ExplainController {
  constructor(
    private readonly explanations: Explanations,
    private readonly moments: Moments,
    private readonly access: AuditAccess,
    private readonly sights: Sights,
    private readonly live: LiveState,
    private readonly tokens: PositionTokens,
  ) {}

  @Post('explain')
  @ForPersonOr('audit')
  @IsBounded('question')
  @AsksOnly()
  @HttpCode(200)
  @Answers('Have a decision of now or of a moment of the past told in sentences', Explanation, { moment: true })
  async explain(
    @Body(decode(ExplainBody)) body: ExplainBody,
    @Calling() caller: Caller,
  ): Answer<t.TypeOf<typeof Explanation>> {
    const question = pastQuestionOf(body);
    const within = this.access.ofQuestion(caller, question);
    if (E.isLeft(within)) return within;
    const instant = await this.moments.instant(body.at);
    if (E.isLeft(instant)) return instant;
    const { subject, resource } = question;
    const key = subject.type === 'api_key' ? this.live.key(subject.id) : undefined;
    const projectId = resource.type === 'project' ? resource.id : (resource.projectId ?? key?.projectId);
    const explained = await this.explanations.of({
      question,
      instant: instant.right,
      isNow: body.at === undefined,
      within: within.right,
      sight: this.sights.of(caller, within.right, projectId),
      told: (decision) => this.access.told(caller, within.right, decision),
    });
    if (E.isLeft(explained)) return explained;
    const { decision, at, sentences, events } = explained.right;
    const { position } = instant.right;
    return E.right(
      reply(
        {
          decision: decision.decision,
          reason: decision.reason,
          at,
          position: this.tokens.encode(position),
          sentences,
          events: events.map((event) => ({ ...event, position: this.tokens.encode(event.position) })),
        },
        { position },
      ),
    );
  }
}
