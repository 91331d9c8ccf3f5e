/** One family of errors with stable codes. HTTP turns them into RFC 9457 problems, in the reader's language. */
export class AppError extends Error {
  readonly status: number;
  readonly code: string;
  readonly zh: string;
  readonly en: string;
  readonly errors: { path: string; message: string }[] | undefined;
  readonly retryAfter: number | undefined;

  /**
   * @param status HTTP status
   * @param code stable, kebab-case
   * @param text what went wrong and what to do next, in both languages
   */
  constructor(
    status: number,
    code: string,
    text: { zh: string; en: string },
    more: { errors?: { path: string; message: string }[]; retryAfter?: number; cause?: unknown } = {},
  ) {
    super(text.en, { cause: more.cause });
    this.name = 'AppError';
    this.status = status;
    this.code = code;
    this.zh = text.zh;
    this.en = text.en;
    this.errors = more.errors;
    this.retryAfter = more.retryAfter;
  }
}
