import type { Decision } from '#libs/authorization';
import type { Actor } from '#libs/event-store';
import type { Timestamp } from '#libs/kernel';
import { allowReasons } from './allow-reasons.js';
import { eventInWords } from './event-words.js';
import { keyReasons } from './key-reasons.js';
import { personReasons } from './person-reasons.js';
import { placeReasons } from './place-reasons.js';
import { Scene, type Told } from './scene.js';
import type { Tell } from './why.js';
import { capital, timeInWords } from './words.js';

export interface ExplainedEvent {
  readonly position: bigint;
  readonly type: string;
  readonly at: Timestamp;
  readonly actor: Actor;
  readonly sentence: string;
}

export interface Explanation {
  /** The verdict; why; what happened, and who did it; and of a deny what would have to be different. */
  readonly sentences: ReadonlyArray<string>;
  /** What the decision rests on, in the log's order. */
  readonly events: ReadonlyArray<ExplainedEvent>;
}

/** Every reason that there is. */
const reasons: Readonly<Record<Decision['reason'], Tell>> = {
  ...keyReasons,
  ...placeReasons,
  ...personReasons,
  ...allowReasons,
};

const verdictOf = ({ told, who, is, what }: Scene): string => {
  const { decision, at, isNow } = told;
  const when = isNow ? `As of now, ${timeInWords(at)},` : `As of ${timeInWords(at)},`;
  return `${when} ${who} ${is} ${decision.decision ? 'allowed' : 'not allowed'} to ${what}.`;
};

/** A decision told in sentences, for somebody who never saw a log. Pure: the facts and names come with what is told. */
export const explain = (told: Told): Explanation => {
  const scene = new Scene(told);
  const { because, instead } = reasons[told.decision.reason](scene);
  const events = scene.cited.map((cited) => ({
    position: cited.position,
    type: cited.event.type,
    at: cited.at,
    actor: cited.actor,
    sentence: eventInWords(cited, scene.names),
  }));
  return {
    sentences: [
      verdictOf(scene),
      `${capital(because)}.`,
      ...events.map(({ sentence }) => sentence),
      ...(instead === null ? [] : [`${capital(instead)}.`]),
    ],
    events,
  };
};
