import { type ExecutionContext, SetMetadata } from '@nestjs/common';
import type { Reflector } from '@nestjs/core';

const QUESTION = 'writ:question';

/** On a POST that only asks: it has no effect to repeat, and says itself when the state is too old to answer from. */
export const AsksOnly = () => SetMetadata(QUESTION, true);

export const isQuestion = (handler: object): boolean => Reflect.getMetadata(QUESTION, handler) === true;

export const asksOnly = (reflector: Reflector, context: ExecutionContext): boolean =>
  reflector.get<boolean | undefined>(QUESTION, context.getHandler()) === true;
