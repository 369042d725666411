import { Body, Controller, HttpCode, Post } from '@nestjs/common';
import * as t from 'io-ts';
import { Past } from '#libs/audit';
import { confinedTo, decide, type Question } from '#libs/authorization';
import { E, exact, exactWith } from '#libs/kernel';
import { decisionView } from '../decisions/decision-view.js';
import { ForPersonOr } from '../http/access.guard.js';
import { type Answer, reply } from '../http/answer.js';
import { AsksOnly } from '../http/asks-only.js';
import { IsBounded } from '../http/bounded.interceptor.js';
import type { Caller } from '../http/caller.js';
import { decode } from '../http/decode.js';
import { PositionTokens } from '../http/position-token.js';
import { Calling } from '../http/request.decorators.js';
import { Answers } from '../openapi/answers.js';
import { Decision as DecisionShape } from '../openapi/decision-shapes.js';
import { AuditAccess } from './audit-access.js';
import { AtText, Moments } from './moments.js';

/** A question about a person or a key by its id: about the past nobody asks with a secret. */
export const PastQuestion = {
  needed: {
    subject: exact({ type: t.keyof({ user: null, api_key: null }), id: t.string }),
    action: t.string,
    resource: exactWith({ type: t.string }, { id: t.string, projectId: t.string }),
  },
  optional: { channel: t.keyof({ api: null, ui: null, playground: null }), context: t.UnknownRecord },
};

const EvaluationBody = exactWith({ ...PastQuestion.needed, at: AtText }, PastQuestion.optional);
type EvaluationBody = t.TypeOf<typeof EvaluationBody>;

export const pastQuestionOf = ({
  subject,
  action,
  resource,
  channel,
}: Omit<EvaluationBody, 'at' | 'context'>): Question => ({
  subject,
  action,
  resource,
  channel: channel ?? (subject.type === 'user' ? 'ui' : 'api'),
});

/** Decisions as they stood at any moment, folded from the few streams that they touch. */
@Controller('v1/audit')
export class EvaluationController {
  constructor(
    private readonly past: Past,
    private readonly moments: Moments,
    private readonly access: AuditAccess,
    private readonly tokens: PositionTokens,
  ) {}

  @Post('evaluation')
  @ForPersonOr('audit')
  @IsBounded('question')
  @AsksOnly()
  @HttpCode(200)
  @Answers('Ask for a decision as it stood at a moment of the past', DecisionShape, { moment: true })
  async evaluation(
    @Body(decode(EvaluationBody)) body: EvaluationBody,
    @Calling() caller: Caller,
  ): Answer<ReturnType<typeof decisionView>> {
    const question = pastQuestionOf(body);
    const within = this.access.ofQuestion(caller, question);
    if (E.isLeft(within)) return within;
    const instant = await this.moments.instant(body.at);
    if (E.isLeft(instant)) return instant;
    const { position, now } = instant.right;
    const about = question.resource.type === 'project' ? question.resource.id : question.resource.projectId;
    const decision = await this.past.ask(position, (factsAt) =>
      decide(confinedTo(factsAt(position), within.right, about), question, { now, stale: false }),
    )();
    if (E.isLeft(decision)) return decision;
    const told = this.access.told(caller, within.right, decision.right);
    return E.right(reply(decisionView(told, this.tokens), { position }));
  }
}
