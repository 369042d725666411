import { cloudEvents, cloudEventsBatch, csv, type ExportForm, ndjson } from '#libs/audit';

const namesBatch = /\bapplication\/cloudevents-batch\+json\b/iu;

/** The forms that an export comes in. */
export class ExportForms {
  private readonly lines: ExportForm;
  private readonly batch: ExportForm;

  constructor(logId: string) {
    this.lines = cloudEvents(logId);
    this.batch = cloudEventsBatch(logId);
  }

  /** By its name, and lines unless said. Of CloudEvents an array, for whoever names its media type in `Accept`. */
  of(format: 'ndjson' | 'csv' | 'cloudevents' | undefined, accept: string | undefined): ExportForm {
    const asArray = namesBatch.test(accept ?? '');
    switch (format) {
      case undefined:
        return asArray ? this.batch : ndjson;
      case 'ndjson':
        return ndjson;
      case 'csv':
        return csv;
      case 'cloudevents':
        return asArray ? this.batch : this.lines;
    }
  }
}
