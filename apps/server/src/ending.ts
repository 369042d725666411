/**
 * What a signal does, from the first moment that there is anybody to hear it. Until there is something to finish the process ends at once, with 0:
 * a start that is cut off anywhere leaves nothing half.
 */
export class Ending {
  private finish: (signal: NodeJS.Signals) => void = () => process.exit(0);
  private asked = false;

  constructor() {
    const heard = (signal: NodeJS.Signals): void => {
      // a terminal's Ctrl-C arrives twice under npm: once from the terminal, once passed on
      if (this.asked) return;
      this.asked = true;
      this.finish(signal);
    };
    process.on('SIGTERM', heard);
    process.on('SIGINT', heard);
  }

  /** From now on there is something to finish. */
  by(finish: (signal: NodeJS.Signals) => void): void {
    this.finish = finish;
  }
}
