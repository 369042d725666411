import { Body, Controller, HttpCode, Post } from '@nestjs/common';
import {
  type Change,
  changedPermissions,
  type Foretold,
  type Instant,
  Past,
  type TrailEvent,
  WhatIf,
  type Wondered,
} from '#libs/audit';
import { confinedTo, type Decision } from '#libs/authorization';
import type { StoreFailure, StreamFolds } from '#libs/event-store';
import { E, timestampOf } from '#libs/kernel';
import { ForPersonOr } from '../http/access.guard.js';
import { type Answer, reply } from '../http/answer.js';
import { AsksOnly } from '../http/asks-only.js';
import { IsBounded } from '../http/bounded.interceptor.js';
import type { Caller } from '../http/caller.js';
import { decode } from '../http/decode.js';
import { PositionTokens } from '../http/position-token.js';
import { type Failure, problemOf } from '../http/problem.catalogue.js';
import type { ProblemBody } from '../http/problem.js';
import { Calling } from '../http/request.decorators.js';
import { Answers } from '../openapi/answers.js';
import { WhatIfAnswer } from '../openapi/what-if-shapes.js';
import type { Within } from './audit-access.js';
import { pastQuestionOf } from './evaluation.controller.js';
import { HypotheticalCommands } from './hypothetical-commands.js';
import { asKnownTo } from './known-to.js';
import { Moments } from './moments.js';
import type { ProposedCommand } from './proposed-command.js';
import { faultsInWhatIf, WhatIfBody } from './what-if-body.js';
import { WhatIfAccess } from './what-if-access.js';

const outcome = ({ decision, reason, attribution }: Decision) => ({ decision, reason, attribution });

/** As the trail has it, less what only an event has that was written: an id, a position, and who did it when. */
const eventShown = ({ type, organizationId, projectId, apiKeyId, accountId, data }: TrailEvent) => ({
  type,
  organizationId,
  projectId,
  data: { ...(apiKeyId === null ? {} : { apiKeyId }), ...(accountId === null ? {} : { accountId }), ...data },
});

/** "What would come of it?", asked before it is done: now, or as if it had been done then. */
@Controller('v1/audit')
export class WhatIfController {
  constructor(
    private readonly whatIf: WhatIf,
    private readonly commands: HypotheticalCommands,
    private readonly past: Past,
    private readonly moments: Moments,
    private readonly access: WhatIfAccess,
    private readonly tokens: PositionTokens,
  ) {}

  @Post('what-if')
  @ForPersonOr('audit')
  @IsBounded('question')
  @AsksOnly()
  @HttpCode(200)
  @Answers('Ask which decisions a command or other permissions would change', WhatIfAnswer, { moment: true })
  async ask(
    @Body(decode(WhatIfBody)) body: WhatIfBody,
    @Calling() caller: Caller,
  ): Answer<ReturnType<WhatIfController['shown']>> {
    const errors = faultsInWhatIf(body);
    if (errors.length > 0) return E.left({ _tag: 'InvalidRequest', errors });
    const { change } = body;
    const asked = this.access.toQuestions(caller, body.questions.map(pastQuestionOf));
    if (E.isLeft(asked)) return asked;
    const within = 'command' in change ? this.access.toCommand(caller, change.command, body.at) : E.right(null);
    if (E.isLeft(within)) return within;
    const instant = await this.moments.instant(body.at);
    if (E.isLeft(instant)) return instant;
    const proposed: E.Either<Failure, Change<Failure>> = 'command' in change
      ? await this.proposed(change.command, within.right, instant.right)
      : E.right({ type: 'permissions', table: changedPermissions(new Map(Object.entries(change.permissions))) });
    if (E.isLeft(proposed)) return proposed;
    const foretold = await this.whatIf.foretell(instant.right, asked.right, proposed.right)();
    if (E.isLeft(foretold)) return foretold;
    const refused = foretold.right.refused === null ? null : problemOf(foretold.right.refused, '').body;
    // A rule that says no is an answer; a store that does not answer is none.
    if (foretold.right.refused !== null && (refused?.status ?? 500) >= 500) return E.left(foretold.right.refused);
    return E.right(
      reply(this.shown(instant.right, foretold.right, { asked: asked.right, refused }), {
        position: instant.right.position,
      }),
    );
  }

  /** The command as its caller may know it, done by someone who could act then. */
  private async proposed(
    command: ProposedCommand,
    within: Within,
    { position, now }: Instant,
  ): Promise<E.Either<StoreFailure, Change<Failure>>> {
    const known = await this.past.ask(position, (factsAt) => {
      const facts = confinedTo(factsAt(position), within, 'projectId' in command ? command.projectId : undefined);
      const mayAct = command.as === undefined || facts.account(command.as)?.status === 'active';
      return { command: asKnownTo(facts, command, within), mayAct };
    })();
    if (E.isLeft(known)) return known;
    const { command: theirs, mayAct } = known.right;
    const run = (streams: StreamFolds): Promise<E.Either<Failure, unknown>> =>
      mayAct ? this.commands.run(theirs, timestampOf(now), streams) : Promise.resolve(E.left({ _tag: 'CannotActAs' }));
    return E.right({ type: 'command', run });
  }

  private shown(
    { at, position }: Instant,
    { events, changed }: Foretold<Failure>,
    { asked, refused }: { readonly asked: ReadonlyArray<Wondered>; readonly refused: ProblemBody | null },
  ) {
    const who = (n: number): string => JSON.stringify(asked[n]?.question.subject);
    const otherwise = changed.filter(({ before, after }) => before.decision !== after.decision);
    const [gains, losses] = [
      otherwise.filter(({ after }) => after.decision),
      otherwise.filter(({ before }) => before.decision),
    ];
    return {
      at,
      position: this.tokens.encode(position),
      refused: refused && { code: refused.code, title: refused.title, detail: refused.detail },
      events: events.map(eventShown),
      changed: changed.map(({ question, before, after }) => ({
        question,
        decisionChanged: before.decision !== after.decision,
        before: outcome(before),
        after: outcome(after),
      })),
      unchanged: asked.length - changed.length,
      summary: {
        whoLoses: new Set(losses.map(({ question }) => who(question))).size,
        whoGains: new Set(gains.map(({ question }) => who(question))).size,
      },
    };
  }
}
