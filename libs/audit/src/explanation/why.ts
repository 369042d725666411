import type { Scene } from './scene.js';

/** Why it was decided so, and of a deny what would have to be different: clauses without their full stop. */
export interface Why {
  readonly because: string;
  readonly instead: string | null;
}

export type Tell = (scene: Scene) => Why;

export const why = (because: string, instead: string | null): Why => ({ because, instead });
